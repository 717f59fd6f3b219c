import type {
  InvocationRow,
  JournalEventRow,
  JournalRow,
  KeyRef,
  Loaded,
  LoadedKey,
  LoadRequest,
  Recovered,
  Status,
  TimerRow,
} from "../store.js";
import type { CellReader } from "./cells.js";
import { readInvocation } from "./invocation-cells.js";
import {
  readDocumentRow,
  readJournalEventRow,
  readJournalRow,
  readOutboxRow,
  readPromiseRow,
  readTimerRow,
} from "./row-cells.js";

export function readRecovered(answer: CellReader): Recovered {
  return {
    documents: readRows(answer, readDocumentRow),
    running: readRows(answer, readInvocation),
    outbox: readRows(answer, readOutboxRow),
  };
}

export function readLoaded(request: LoadRequest, answer: CellReader): Loaded {
  return {
    invocations: request.invocations.map(() => readFound(answer)),
    invocationNums: request.invocationNums.map(() => readFound(answer)),
    journals: request.journals.map((): JournalRow[] => readRows(answer, readJournalRow)),
    keys: request.keys.map((key) => readKey(key, answer)),
  };
}

export function readTimers(answer: CellReader): TimerRow[] {
  return readRows(answer, readTimerRow);
}

export function readJournalEvents(answer: CellReader): JournalEventRow[] {
  return readRows(answer, readJournalEventRow);
}

export function readExpired(answer: CellReader): InvocationRow[] {
  return readRows(answer, readInvocation);
}

function readFound(answer: CellReader): InvocationRow | null {
  return readRows(answer, readInvocation)[0] ?? null;
}

function readKey({ partition, service, key }: KeyRef, answer: CellReader): LoadedKey {
  return {
    ref: { partition, service, key },
    state: readRows(answer, (cells) => ({ name: cells.text(), value: cells.blob() })),
    promises: readRows(answer, readPromiseRow),
    queue: readRows(answer, (cells) => ({
      num: cells.number(),
      id: cells.text(),
      status: cells.number() as Status,
      inboxSeq: cells.number(),
    })),
  };
}

function readRows<Row>(answer: CellReader, read: (cells: CellReader) => Row): Row[] {
  return Array.from({ length: answer.number() }, () => read(answer));
}
