/** What AsyncLocalStorage holds at a point of the program. */
export interface AsyncContext {
  runInAsyncScope(callback: () => void): void;
}

type AsyncHooks = typeof import("node:async_hooks");

/**
 * Asked for at run time, where an import would keep the SDK from platforms without it. Those have no AsyncLocalStorage that
 * user code could miss.
 */
const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;

const NO_CONTEXT: AsyncContext = { runInAsyncScope: (callback) => callback() };

/** @returns the context of now, in which something may be executed later, whatever is going on then */
export function captureAsyncContext(): AsyncContext {
  if (hooks?.AsyncResource === undefined) return NO_CONTEXT;
  // Nobody waits for the resource to be destroyed; tracking that would cost more than the rest of a run.
  return new hooks.AsyncResource("PawlRun", { requireManualDestroy: true });
}
