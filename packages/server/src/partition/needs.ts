import { HandlerKind, type KeyRef, Status } from "../store/store.js";
import type { Command, InvokeMessage } from "./commands.js";
import { type Invocation, isExclusive } from "./model.js";
import { keyName, type Partition } from "./partition.js";

/** What a command needs that is not in memory. */
export type Need =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "num"; readonly num: number }
  | { readonly kind: "journal"; readonly num: number }
  | { readonly kind: "key"; readonly ref: KeyRef };

/** Ids and numbers that the store was just asked for and does not have. */
export interface Absent {
  readonly ids: ReadonlySet<string>;
  readonly nums: ReadonlySet<number>;
}

/**
 * What must be loaded before `command` can be applied; undefined when all is at hand. May name more once this is there (a
 * key is only known when its invocation is).
 */
export function missing(p: Partition, command: Command, absent: Absent): Need | undefined {
  switch (command.kind) {
    case "frames":
    case "failed":
    case "retry":
    case "detach":
      // These concern attempts and clients of this process: what they need is in memory, or they are stale.
      return undefined;
    case "request":
      return missingForInvoke(p, command.invoke, absent);
    case "invoke":
      return missingForInvoke(p, command, absent);
    case "begin":
      return missingForAttempt(p, command.num, absent);
    case "timer":
      return missingByNum(p, command.timer.num, absent, command.timer.completionId === 0);
    case "expire":
      return missingByNum(p, command.num, absent, true);
    case "kill":
    case "killRequest":
      return missingById(p, command.id, absent, true) ?? missingJournal(p.byId.get(command.id));
    case "describeRequest":
      return missingById(p, command.id, absent, false) ?? missingJournal(p.byId.get(command.id));
    case "mutateState":
      return missingKey(p, command.service, command.key);
    case "mutateRequest":
      return missingKey(p, command.message.service, command.message.key);
    case "restartRequest":
      return missingById(p, command.id, absent, true) ?? missingJournal(p.byId.get(command.id));
    case "next":
    case "cancelRequest":
    case "purgeRequest":
      return missingById(p, command.id, absent, true);
    case "signal":
    case "signalRequest":
      // A cancel ends what has not started yet, and that gives the key to the next one.
      return missingById(p, command.id, absent, true);
    default:
      return missingById(p, command.id, absent, false);
  }
}

function missingForInvoke(p: Partition, message: InvokeMessage, absent: Absent): Need | undefined {
  const { target } = message;
  if (message.isDerivedId) {
    const needed = missingById(p, message.id, absent, false);
    if (needed !== undefined) return needed;
  }
  return isExclusive(target.kind) ? missingKey(p, target.service, target.key) : undefined;
}

function missingById(p: Partition, id: string, absent: Absent, withKey: boolean): Need | undefined {
  const invocation = p.byId.get(id);
  if (invocation === undefined) return absent.ids.has(id) ? undefined : { kind: "id", id };
  return missingAround(p, invocation, withKey);
}

function missingByNum(p: Partition, num: number, absent: Absent, withKey: boolean): Need | undefined {
  const invocation = p.byNum.get(num);
  if (invocation === undefined) return absent.nums.has(num) ? undefined : { kind: "num", num };
  return missingAround(p, invocation, withKey);
}

function missingAround(p: Partition, invocation: Invocation, withKey: boolean): Need | undefined {
  // Where the next entry goes is only known from the journal: the row is not written for every entry.
  if (invocation.status === Status.Invoked && invocation.journal === null) return missingJournal(invocation);
  return withKey && isExclusive(invocation.target.kind)
    ? missingKey(p, invocation.target.service, invocation.target.key)
    : undefined;
}

function missingForAttempt(p: Partition, num: number, absent: Absent): Need | undefined {
  const invocation = p.byNum.get(num);
  if (invocation === undefined) return absent.nums.has(num) ? undefined : { kind: "num", num };
  if (invocation.status !== Status.Invoked) return undefined;
  const { target } = invocation;
  return (
    missingJournal(invocation) ??
    (target.kind === HandlerKind.Service ? undefined : missingKey(p, target.service, target.key))
  );
}

function missingJournal(invocation: Invocation | undefined): Need | undefined {
  return invocation === undefined || invocation.journal !== null
    ? undefined
    : { kind: "journal", num: invocation.num };
}

function missingKey(p: Partition, service: string, key: string | null): Need | undefined {
  if (key === null || p.keys.has(keyName(service, key))) return undefined;
  return { kind: "key", ref: { partition: p.number, service, key } };
}
