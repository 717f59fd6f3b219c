import { Combinator, codec, type Future, isNotification, type Notification } from "@pawl/protocol";
import type { Awaiting, JournalEntry, SignalId } from "./model.js";

/** What is known of one awaited thing. */
export type Leaf = "success" | "failure";

export interface Known {
  completion(id: number): Leaf | undefined;
  signal(index: number): Leaf | undefined;
  namedSignal(name: string): Leaf | undefined;
}

/**
 * Whether a suspended handler can go on, given what is known. A tree that cannot is returned without the leaves that no
 * longer matter, so that the next notification alone decides. Source of the rules: Restate 1.7 as observed, docs/compatibility.md.
 */
export function evaluate(
  awaiting: Awaiting,
  known: Known,
): { readonly canGoOn: true } | { readonly rest: Awaiting } {
  if (awaiting.kind === "any") {
    const canGoOn =
      awaiting.completions.some((id) => known.completion(id) !== undefined) ||
      awaiting.signals.some((index) => known.signal(index) !== undefined) ||
      awaiting.namedSignals.some((name) => known.namedSignal(name) !== undefined);
    return canGoOn ? { canGoOn } : { rest: awaiting };
  }
  const pruned = prune(awaiting.future, known);
  return typeof pruned === "string" ? { canGoOn: true } : { rest: { kind: "tree", future: pruned } };
}

/** A handler that waits for nothing would sleep for ever. */
export function isEmpty(awaiting: Awaiting): boolean {
  const isEmptyTree = (f: Future): boolean =>
    f.completions.length + f.signals.length + f.namedSignals.length === 0 && f.nested.every(isEmptyTree);
  return awaiting.kind === "tree"
    ? isEmptyTree(awaiting.future)
    : awaiting.completions.length + awaiting.signals.length + awaiting.namedSignals.length === 0;
}

/** Whether the handler still waits for this signal. */
export function awaitsSignal(awaiting: Awaiting, id: SignalId): boolean {
  const isIn = (f: Pick<Future, "signals" | "namedSignals">): boolean =>
    id.kind === "signal" ? f.signals.includes(id.index) : f.namedSignals.includes(id.name);
  const isInTree = (f: Future): boolean => isIn(f) || f.nested.some(isInTree);
  return awaiting.kind === "tree" ? isInTree(awaiting.future) : isIn(awaiting);
}

/** "unknown": complete, but which way only the SDK can tell. */
type Resolved = Leaf | "unknown";

function prune(future: Future, known: Known): Future | Resolved {
  const done: Resolved[] = [];
  const completions = future.completions.filter((id) => keep(known.completion(id), done));
  const signals = future.signals.filter((index) => keep(known.signal(index), done));
  const namedSignals = future.namedSignals.filter((name) => keep(known.namedSignal(name), done));
  const nested: Future[] = [];
  for (const child of future.nested) {
    const pruned = prune(child, known);
    if (typeof pruned === "string") done.push(pruned);
    else nested.push(pruned);
  }
  const isWhole = completions.length + signals.length + namedSignals.length + nested.length === 0;
  return (
    combine(future.combinator, done, isWhole) ?? { ...future, completions, signals, namedSignals, nested }
  );
}

function keep(leaf: Leaf | undefined, done: Resolved[]): boolean {
  if (leaf === undefined) return true;
  done.push(leaf);
  return false;
}

/** Leaves that were pruned earlier count as neutral: dropped ones can never have decided their node. */
function combine(combinator: Combinator, done: readonly Resolved[], isWhole: boolean): Resolved | undefined {
  switch (combinator) {
    case Combinator.AllCompleted:
      return isWhole ? "success" : undefined;
    case Combinator.FirstSucceededOrAllFailed:
      if (done.includes("unknown")) return "unknown";
      if (done.includes("success")) return "success";
      return isWhole ? "failure" : undefined;
    case Combinator.AllSucceededOrFirstFailed:
      if (done.includes("unknown")) return "unknown";
      if (done.includes("failure")) return "failure";
      return isWhole ? "success" : undefined;
    case Combinator.FirstCompleted:
      return done[0];
    default:
      return done.length > 0 ? "unknown" : undefined;
  }
}

/** What the notifications of a journal say. */
export function knownFromJournal(journal: readonly JournalEntry[]): Known {
  const completions = new Map<number, Leaf>();
  const signals = new Map<number, Leaf>();
  const namedSignals = new Map<string, Leaf>();
  for (const entry of journal) {
    if (!isNotification(entry.type)) continue;
    const { id, result } = codec.Notification.decode(entry.payload);
    const leaf = result.kind === "failure" ? "failure" : "success";
    if (id.kind === "completion") completions.set(id.id, leaf);
    else if (id.kind === "signal") signals.set(id.index, leaf);
    else namedSignals.set(id.name, leaf);
  }
  return {
    completion: (id) => completions.get(id),
    signal: (index) => signals.get(index),
    namedSignal: (name) => namedSignals.get(name),
  };
}

/** What one notification says. */
export function knownFromNotification({ id, result }: Notification): Known {
  const leaf = result.kind === "failure" ? "failure" : "success";
  return {
    completion: (c) => (id.kind === "completion" && id.id === c ? leaf : undefined),
    signal: (s) => (id.kind === "signal" && id.index === s ? leaf : undefined),
    namedSignal: (n) => (id.kind === "namedSignal" && id.name === n ? leaf : undefined),
  };
}
