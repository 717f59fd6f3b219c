/** The ways of a platform to call back later. */
export interface Scheduling {
  readonly queueMicrotask: (callback: () => void) => void;
  readonly nextTick?: ((callback: () => void) => void) | undefined;
  /** After all microtasks, at the cost of a turn of the event loop. */
  readonly nextTask: (callback: () => void) => void;
}

/**
 * Calls back when user code that runs at the moment has come to rest: every pending promise reaction and every tick
 * scheduled so far is done.
 *
 * In Node a tick scheduled from within a promise reaction runs once the queue of reactions is empty (Node's documented order
 * of process.nextTick and microtasks), and does not cost a turn of the event loop. Elsewhere `process.nextTick` may be missing,
 * or be no more than another name of queueMicrotask, which is too early; so it is used once it was seen to keep that order.
 */
export function createAfterMicrotasks({ queueMicrotask, nextTick, nextTask }: Scheduling) {
  let callLater = nextTask;
  let probed = nextTick === undefined;

  const probe = (): void => {
    probed = true;
    let reactionsAreDone = false;
    queueMicrotask(() => {
      nextTick!(() => {
        if (reactionsAreDone) callLater = nextTick!;
      });
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => (reactionsAreDone = true))));
    });
  };

  return (callback: () => void): void => {
    if (!probed) probe();
    queueMicrotask(() => callLater(callback));
  };
}

export const afterMicrotasks = createAfterMicrotasks({
  queueMicrotask: globalThis.queueMicrotask,
  nextTick: globalThis.process?.nextTick,
  nextTask: globalThis.setImmediate ?? ((callback) => setTimeout(callback)),
});
