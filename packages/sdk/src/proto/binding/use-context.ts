import type { RestateContext } from "../context/restate-context.js";

const CONTEXT: unique symbol = Symbol.for("@pawl/sdk/context");

/**
 * The context of the call that a method of a bound service serves: `const ctx = restate.useContext(this)`.
 *
 * For each call `this` is an object of its own, with the bound instance as its prototype. So fields of the instance can be
 * read, those declared as `#private` cannot: declare them as `private`.
 *
 * @throws Error outside of such a call
 */
export function useContext(instance: object): RestateContext {
  const context = (instance as { [CONTEXT]?: RestateContext } | undefined)?.[CONTEXT];
  if (context === undefined) throw new Error("not running within a Restate call.");
  return context;
}

/** The instance as one call sees it. */
export function withContext(instance: object, context: RestateContext): object {
  return Object.create(instance, { [CONTEXT]: { value: context } }) as object;
}
