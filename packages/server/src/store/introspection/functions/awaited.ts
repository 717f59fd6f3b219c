import { Combinator, codec, type Future } from "@pawl/protocol";

/* What a suspended invocation waits for, out of the stored Suspension message: flat lists (V5, V6) or a tree (V7). */

/** Completion ids, as a JSON list. */
export function awaitedCompletions(suspension: Uint8Array): string {
  return JSON.stringify(leaves(awaited(suspension), (future) => future.completions));
}

/** Signal indexes, as a JSON list. */
export function awaitedSignals(suspension: Uint8Array): string {
  return JSON.stringify(leaves(awaited(suspension), (future) => future.signals));
}

/** `{"FirstCompleted":[{"Single":{"CompletionId":1}}]}`. Source: Restate 1.7 as observed, docs/introspection.md. */
export function awaitedFutureJson(suspension: Uint8Array): string {
  return JSON.stringify(futureJson(awaited(suspension)));
}

/** Flat lists mean that any of them wakes the invocation. */
function awaited(bytes: Uint8Array): Future {
  const { awaitingOn, completions, signals, namedSignals } = codec.Suspension.decode(bytes);
  return (
    awaitingOn ?? { completions, signals, namedSignals, nested: [], combinator: Combinator.FirstCompleted }
  );
}

function leaves(future: Future, of: (future: Future) => readonly number[]): number[] {
  const found = new Set<number>();
  const visit = (each: Future): void => {
    for (const leaf of of(each)) found.add(leaf);
    for (const child of each.nested) visit(child);
  };
  visit(future);
  return [...found].sort((a, b) => a - b);
}

const COMBINATOR_NAMES: Readonly<Record<Combinator, string>> = {
  [Combinator.Unknown]: "Unknown",
  [Combinator.FirstCompleted]: "FirstCompleted",
  [Combinator.AllCompleted]: "AllCompleted",
  [Combinator.FirstSucceededOrAllFailed]: "FirstSucceededOrAllFailed",
  [Combinator.AllSucceededOrFirstFailed]: "AllSucceededOrFirstFailed",
};

function futureJson(future: Future): object {
  const single = (leaf: object) => ({ Single: leaf });
  return {
    [COMBINATOR_NAMES[future.combinator]]: [
      ...future.completions.map((id) => single({ CompletionId: id })),
      ...future.signals.map((index) => single({ SignalIndex: index })),
      ...future.namedSignals.map((name) => single({ SignalName: name })),
      ...future.nested.map(futureJson),
    ],
  };
}
