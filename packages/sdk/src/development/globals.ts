import { callerInUserCode } from "../runtime/call-site.js";
import { warnInHandler } from "./checks.js";

let watching = false;

/**
 * Wraps the functions whose results are not the same on replay, so that calls from handler code can be told. They do what
 * they did, for everybody. Once for the process, and for good.
 */
export function watchGlobals(): void {
  if (watching) return;
  watching = true;
  watchDate();
  watch(Math, "random", "Math.random()", "ctx.rand.random()");
  const uuid = "ctx.rand.uuidv4(), or ctx.run for an id that must be hard to guess";
  watch(globalThis.crypto, "randomUUID", "crypto.randomUUID()", uuid);
  // Not imported: other runtimes do not have them.
  const builtin = globalThis.process?.getBuiltinModule;
  const nodeCrypto = builtin?.("node:crypto");
  if (nodeCrypto === undefined) return;
  watch(nodeCrypto, "randomUUID", "crypto.randomUUID()", uuid);
  builtin?.("node:module")?.syncBuiltinESMExports?.();
}

function warn(callee: (...args: never[]) => unknown, what: string, instead: string): void {
  warnInHandler(
    () => callerInUserCode(callee),
    `${what} in a handler gives another value on replay. If it decides what the handler does, or goes into what it records, ` +
      `use ${instead}.`,
  );
}

function watch<O extends object, K extends keyof O>(owner: O, name: K, what: string, instead: string): void {
  const original = owner[name] as (...args: unknown[]) => unknown;
  const watched = function (this: unknown, ...args: unknown[]): unknown {
    warn(watched, what, instead);
    return original.apply(this, args);
  };
  Object.defineProperty(watched, "name", { value: original.name });
  Object.defineProperty(owner, name, {
    value: watched,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** `new Date()` and `Date()` read the clock only without arguments. The wrapper is the class for everything else. */
function watchDate(): void {
  const instead = "await ctx.date.now()";
  watch(Date, "now", "Date.now()", instead);
  const handler: ProxyHandler<DateConstructor> = {
    construct(target, args, newTarget) {
      if (args.length === 0) warn(handler.construct as never, "new Date()", instead);
      return Reflect.construct(target, args, newTarget);
    },
    apply(target, thisArg, args) {
      warn(handler.apply as never, "Date()", instead);
      return Reflect.apply(target, thisArg, args);
    },
  };
  const WatchedDate = new Proxy(Date, handler);
  // So that `date.constructor === Date` stays true.
  Object.defineProperty(Date.prototype, "constructor", {
    value: WatchedDate,
    configurable: true,
    enumerable: false,
    writable: true,
  });
  Object.defineProperty(globalThis, "Date", {
    value: WatchedDate,
    configurable: true,
    enumerable: false,
    writable: true,
  });
}
