import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Context } from "../context/context.js";
import { handlers } from "../definitions/handlers.js";
import { service } from "../definitions/service.js";
import { isSuspendedError, TerminalError } from "../errors.js";
import { RestatePromise } from "../runtime/restate-promise.js";
import { InvocationServer, inOrder, runToEnd } from "../runtime/server.test.kit.js";
import { serde } from "../serde.js";
import type { HooksProvider, Interceptor } from "./hooks.js";

/** Notes what happens around handler and runs. */
const tracing =
  (events: string[], name: string): HooksProvider =>
  ({ request }) => {
    events.push(`${name} provider ${request.target}`);
    const around = async (what: string, next: () => Promise<void>): Promise<void> => {
      events.push(`${name} before ${what}`);
      try {
        await next();
        events.push(`${name} after ${what}`);
      } catch (error) {
        events.push(`${name} ${isSuspendedError(error) ? "over" : (error as Error).message} ${what}`);
        throw error;
      }
    };
    return {
      interceptor: {
        handler: (next) => around("handler", next),
        run: (run, next) => around(`run ${run}`, next),
      },
    };
  };

const withInterceptor = (interceptor: Interceptor, fn: (ctx: Context) => Promise<unknown>) =>
  service({ name: "Test", handlers: { it: fn }, options: { hooks: [() => ({ interceptor })] } });

describe("hooks", () => {
  it("of the service are outside of those of the handler, and the first is the outermost", async () => {
    const events: string[] = [];
    const definition = service({
      name: "Test",
      handlers: {
        it: handlers.handler({ hooks: [tracing(events, "c")] }, async (ctx: Context) =>
          ctx.run("r", () => 1),
        ),
      },
      options: { hooks: [tracing(events, "a"), tracing(events, "b")] },
    });
    const { outcome } = await runToEnd(definition, "it");
    assert.deepEqual(outcome, { kind: "completed", output: "1" });
    const layers = (what: string): string[] => [...["a", "b", "c"].map((name) => `${name} before ${what}`)];
    assert.deepEqual(events, [
      ...["a", "b", "c"].map((name) => `${name} provider Test/it`),
      ...layers("handler"),
      ...layers("run r"),
      ...["c", "b", "a"].map((name) => `${name} after run r`),
      ...["c", "b", "a"].map((name) => `${name} after handler`),
    ]);
  });

  it("of the service replace those of the endpoint", async () => {
    const events: string[] = [];
    const it = async (): Promise<void> => {};
    const plain = service({ name: "Plain", handlers: { it } });
    const own = service({ name: "Own", handlers: { it }, options: { hooks: [tracing(events, "own")] } });
    const endpoint = { defaultServiceOptions: { hooks: [tracing(events, "default")] } };
    await runToEnd(plain, "it", { endpoint });
    await runToEnd(own, "it", { endpoint });
    assert.deepEqual(
      events.filter((event) => event.includes("provider")),
      ["default provider Plain/it", "own provider Own/it"],
    );
  });

  it("are not called for a run whose result is in the journal", async () => {
    const events: string[] = [];
    const definition = service({
      name: "Test",
      handlers: {
        it: async (ctx: Context) => {
          await ctx.run("r", () => 1);
          await ctx.sleep(1);
        },
      },
      options: { hooks: [tracing(events, "h")] },
    });
    const server = new InvocationServer(definition, "it");
    server.start();
    while (server.pending.length === 0) await turn();
    server.endInput();
    assert.equal((await server.finish({ choose: () => undefined })).kind, "suspended");
    await turn();
    assert.equal(events.splice(0).at(-1), "h over handler");
    server.store(0);
    server.start();
    await server.finish(inOrder);
    assert.deepEqual(events, ["h provider Test/it", "h before handler", "h after handler"]);
  });

  it("see what fails as plain errors", async () => {
    const events: string[] = [];
    const definition = service({
      name: "Test",
      handlers: {
        it: async (ctx: Context) => ctx.run("r", () => 1n, { serde: serde.json }),
      },
      options: { hooks: [tracing(events, "h")] },
    });
    const { outcome } = await runToEnd(definition, "it");
    assert.equal(outcome.kind, "failed");
    await turn();
    assert.match(events.at(-1)!, /^h .*BigInt.* handler$/);
  });

  it("see a failed run in the handler's interceptor, too", async () => {
    const events: string[] = [];
    const definition = service({
      name: "Test",
      handlers: {
        it: async (ctx: Context) =>
          ctx.run("r", () => {
            throw new Error("boom");
          }),
      },
      options: { hooks: [tracing(events, "h")] },
    });
    const { outcome } = await runToEnd(definition, "it");
    assert.equal(outcome.kind, "failed");
    await turn();
    assert.deepEqual(events.slice(-2), ["h boom run r", "h (500) boom handler"]);
  });

  /** Two runs: one fails when it is told to, the other one when the attempt is over. */
  function twoRuns(events: string[], failing: Promise<void>) {
    return service({
      name: "Test",
      handlers: {
        it: async (ctx: Context) => {
          const signal = ctx.request().attemptCompletedSignal;
          await RestatePromise.all([
            ctx.run("a", () => failing),
            ctx.run(
              "b",
              () =>
                new Promise<void>((_, reject) => {
                  signal.addEventListener("abort", () => {
                    events.push("signal");
                    reject(new Error("stopped"));
                  });
                }),
            ),
          ]);
        },
      },
      options: { hooks: [tracing(events, "h")] },
    });
  }

  it("hear why the attempt failed before the signal stops what else runs", async () => {
    const events: string[] = [];
    let fail!: (error: Error) => void;
    const server = new InvocationServer(twoRuns(events, new Promise((_, reject) => (fail = reject))), "it");
    server.start();
    while (!events.includes("h before run b")) await turn();
    events.length = 0;
    fail(new Error("boom"));
    while (events.length < 4) await turn();
    assert.deepEqual(events, ["h boom run a", "h (500) boom handler", "signal", "h stopped run b"]);
  });

  it("hear what a run says that the loss of the connection stopped", async () => {
    const events: string[] = [];
    const server = new InvocationServer(twoRuns(events, new Promise(() => {})), "it");
    server.start();
    while (!events.includes("h before run b")) await turn();
    events.length = 0;
    server.disconnect();
    while (events.length < 3) await turn();
    assert.deepEqual(events, ["signal", "h stopped run b", "h (500) stopped handler"]);
  });

  it("hear of a lost connection at once when nothing stops for it", async () => {
    const events: string[] = [];
    const definition = service({
      name: "Test",
      handlers: { it: async (ctx: Context) => ctx.run("r", () => new Promise<void>(() => {})) },
      options: { hooks: [tracing(events, "h")] },
    });
    const server = new InvocationServer(definition, "it");
    server.start();
    while (!events.includes("h before run r")) await turn();
    events.length = 0;
    server.disconnect();
    while (events.length < 1) await turn();
    assert.deepEqual(events, ["h over handler"]);
  });

  it("decide how the invocation ends with what they throw", async () => {
    const terminal = withInterceptor(
      {
        handler: async (next) => {
          await next();
          throw new TerminalError("no", { errorCode: 403 });
        },
      },
      async () => "done",
    );
    assert.deepEqual((await runToEnd(terminal, "it")).outcome, { kind: "completed", output: "403 no" });
    const inRun = withInterceptor(
      {
        run: async (_name, next) => {
          await next();
          throw new TerminalError("not this");
        },
      },
      async (ctx) => ctx.run(() => 1).catch((error: Error) => error.message),
    );
    assert.deepEqual((await runToEnd(inRun, "it")).outcome, { kind: "completed", output: '"not this"' });
    const retried = service({
      name: "Test",
      handlers: { it: async () => 1 },
      options: {
        hooks: [
          () => {
            throw new Error("no provider");
          },
        ],
      },
    });
    const { outcome } = await runToEnd(retried, "it");
    assert.match(outcome.kind === "failed" ? outcome.error.message : "", /no provider/);
  });

  it("must call next, once, and let its errors pass", async () => {
    const message = async (interceptor: Interceptor): Promise<string> => {
      const { outcome } = await runToEnd(
        withInterceptor(interceptor, async () => {
          throw new Error("boom");
        }),
        "it",
      );
      return outcome.kind === "failed" ? outcome.error.message : outcome.kind;
    };
    assert.match(await message({ handler: async () => {} }), /did not call next/);
    assert.match(await message({ handler: (next) => next().catch(() => {}) }), /swallowed/);
    assert.match(await message({ handler: (next) => next().catch(next) }), /more than once/);
  });

  it("may swallow the error of a run, which then has no value", async () => {
    const definition = withInterceptor(
      { run: (_name, next) => next().catch(() => {}) },
      async (ctx) =>
        (await ctx.run<string>(() => {
          throw new Error("boom");
        })) ?? "nothing",
    );
    assert.deepEqual((await runToEnd(definition, "it")).outcome, { kind: "completed", output: '"nothing"' });
  });

  it("hand their async context down to handler and runs", async () => {
    const storage = new AsyncLocalStorage<string>();
    const definition = withInterceptor(
      {
        handler: (next) => storage.run("handler", next),
        run: (name, next) => storage.run(`${storage.getStore()}/${name}`, next),
      },
      async (ctx) => [storage.getStore(), await ctx.run("r", () => storage.getStore())],
    );
    const { outcome } = await runToEnd(definition, "it");
    assert.deepEqual(outcome, { kind: "completed", output: '["handler","handler/r"]' });
  });
});
