/**
 * Calls back when user code that runs at the moment has come to rest: every pending promise reaction and every tick
 * scheduled so far is done, and no input was read in between.
 *
 * A tick scheduled from within a promise reaction runs once the queue of reactions is empty (Node's documented order of
 * process.nextTick and microtasks), and does not cost a turn of the event loop like setImmediate.
 */
export function afterMicrotasks(callback: () => void): void {
  queueMicrotask(() => process.nextTick(callback));
}
