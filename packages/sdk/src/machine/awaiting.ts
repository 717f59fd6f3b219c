import { Combinator, type Future, type NotificationId } from "@pawl/protocol";

/**
 * Names one async result of an invocation: a completion by its id (a positive number), a signal by its negated index, a
 * named signal by its name. One flat space, so that a handle is its own key in maps.
 */
export type Handle = number | string;

/** The handle of the cancel signal (index 1). */
export const CANCEL_HANDLE = -1;

export const completionHandle = (completionId: number): Handle => completionId;
export const signalHandle = (signalIndex: number): Handle => -signalIndex;

export function handleOf(id: NotificationId): Handle {
  switch (id.kind) {
    case "completion":
      return id.id;
    case "signal":
      return -id.index;
    case "namedSignal":
      return id.name;
  }
}

/** What user code waits for: one result, or a combination of results that are not there yet. */
export type Awaited = Handle | AwaitedCombination;

export interface AwaitedCombination {
  readonly combinator: Combinator;
  readonly children: readonly Awaited[];
}

/** The machine's view of everything that user code awaits at this moment. */
export interface AwaitSet {
  has(handle: Handle): boolean;
  /** The tree is built only when it has to be told to the server. */
  tree(): Awaited;
  /** The stacks of the user code that made what is awaited, if they are known: they are in development mode. */
  origin?(): string | undefined;
}

/** Wraps what is awaited so that a cancellation wakes the invocation, too. */
export const withCancellation = (awaited: Awaited): AwaitedCombination => ({
  combinator: Combinator.FirstCompleted,
  children: [awaited, CANCEL_HANDLE],
});

/** The tree as V7 puts it on the wire: single results go into the lists of their parent, combinations nest. */
export function toFuture(awaited: Awaited): Future {
  const node =
    typeof awaited === "object" ? awaited : { combinator: Combinator.FirstCompleted, children: [awaited] };
  const future = {
    completions: [] as number[],
    signals: [] as number[],
    namedSignals: [] as string[],
    nested: [] as Future[],
    combinator: node.combinator,
  };
  for (const child of node.children) {
    if (typeof child === "object") future.nested.push(toFuture(child));
    else addHandle(future, child);
  }
  return future;
}

export interface FlatAwaiting {
  completions: number[];
  signals: number[];
  namedSignals: string[];
}

/** The same as V5 and V6 know it: every result that could wake the invocation, each once. */
export function flatten(awaited: Awaited): FlatAwaiting {
  const handles = new Set<Handle>();
  const visit = (node: Awaited): void => {
    if (typeof node === "object") for (const child of node.children) visit(child);
    else handles.add(node);
  };
  visit(awaited);
  const flat: FlatAwaiting = { completions: [], signals: [], namedSignals: [] };
  for (const handle of handles) addHandle(flat, handle);
  return flat;
}

function addHandle(lists: FlatAwaiting, handle: Handle): void {
  if (typeof handle === "string") lists.namedSignals.push(handle);
  else if (handle > 0) lists.completions.push(handle);
  else lists.signals.push(-handle);
}
