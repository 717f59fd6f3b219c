import type {
  InvocationRow,
  JournalEventRow,
  JournalRow,
  KeyRef,
  Loaded,
  LoadedKey,
  LoadRequest,
  Recovered,
  TimerRow,
} from "../store.js";
import { Status } from "../store.js";
import { copy } from "./copy.js";
import { compareText, keyText } from "./order.js";
import type { Tables } from "./tables.js";

/* The reads of a store. Answers are copies. */

export function recover(tables: Tables): Recovered {
  return copy({
    documents: [...tables.documents.values()].sort(
      (a, b) => compareText(a.kind, b.kind) || compareText(a.id, b.id),
    ),
    running: [...tables.invocations.values()]
      .filter((row) => row.status === Status.Invoked)
      .sort((a, b) => a.num - b.num),
    outbox: [...tables.outbox.values()].sort((a, b) => a.partition - b.partition || a.seq - b.seq),
  });
}

export function load(tables: Tables, request: LoadRequest): Loaded {
  const byNum = (num: number | undefined): InvocationRow | null =>
    (num === undefined ? undefined : tables.invocations.get(num)) ?? null;
  return copy({
    invocations: request.invocations.map((id) => byNum(tables.numById.get(id))),
    invocationNums: request.invocationNums.map(byNum),
    journals: request.journals.map((num): JournalRow[] =>
      [...(tables.journals.get(num)?.values() ?? [])].sort((a, b) => a.index - b.index),
    ),
    keys: request.keys.map((ref) => loadKey(tables, ref)),
  });
}

function loadKey(tables: Tables, { partition, service, key }: KeyRef): LoadedKey {
  const ref = { partition, service, key };
  const name = keyText(ref);
  return {
    ref,
    state: [...(tables.state.get(name)?.values() ?? [])]
      .map(({ name, value }) => ({ name, value }))
      .sort((a, b) => compareText(a.name, b.name)),
    promises: [...(tables.promises.get(name)?.values() ?? [])].sort((a, b) => compareText(a.name, b.name)),
    queue: [...(tables.queues.get(name) ?? [])]
      .map((num) => tables.invocations.get(num)!)
      .map(({ num, id, status, inboxSeq }) => ({ num, id, status, inboxSeq: inboxSeq! }))
      .sort((a, b) => a.inboxSeq - b.inboxSeq),
  };
}

export function timers(
  tables: Tables,
  partition: number,
  until: number,
  limit: number,
  after?: TimerRow,
): TimerRow[] {
  const order = (a: TimerRow, b: TimerRow) => a.at - b.at || a.num - b.num || a.completionId - b.completionId;
  const due = [...tables.timers.values()]
    .filter(
      (row) =>
        row.partition === partition && row.at <= until && (after === undefined || order(row, after) > 0),
    )
    .sort(order);
  return copy(due.slice(0, limit));
}

export function journalEvents(tables: Tables, num: number): JournalEventRow[] {
  return copy(tables.journalEvents.get(num) ?? []);
}

export function expired(tables: Tables, partition: number, now: number, limit: number): InvocationRow[] {
  const purgeable = [...tables.invocations.values()]
    .filter((row) => row.partition === partition && row.status === Status.Completed)
    .filter((row) => row.purgeAt !== null && row.purgeAt <= now)
    .sort((a, b) => a.purgeAt! - b.purgeAt! || a.num - b.num);
  return copy(purgeable.slice(0, limit));
}
