import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@pawl/protocol";
import type { Context } from "../context/context.js";
import { iface } from "../definitions/iface.js";
import type { ServiceOptions } from "../definitions/options.js";
import { service } from "../definitions/service.js";
import { CancelledError, PauseError, RestateError, RetryableError, TerminalError } from "../errors.js";
import { serde } from "../serde.js";
import { InvocationServer, inOrder, runToEnd, textOf } from "./server.test.kit.js";

const target = service({ name: "Target", handlers: { echo: async (_: Context, text: string) => text } });

/** Runs a handler of a service made for this test. */
function run(fn: (ctx: Context) => Promise<unknown>, options: ServiceOptions = {}) {
  return runToEnd(service({ name: "Test", handlers: { it: fn }, options }), "it");
}

describe("errors", () => {
  it("that are terminal end the invocation", async () => {
    const { outcome } = await run(async () => {
      throw new TerminalError("teapot", { errorCode: 418 });
    });
    assert.deepEqual(outcome, { kind: "completed", output: "418 teapot" });
  });

  it("of any other kind fail the attempt with code 500", async () => {
    const { outcome } = await run(async () => {
      throw new RangeError("oops");
    });
    assert.equal(outcome.kind, "failed");
    const { error } = outcome as Extract<typeof outcome, { kind: "failed" }>;
    assert.equal(error.code, 500);
    assert.equal(error.message, "oops");
    assert.match(error.stacktrace, /^RangeError: oops.*failures\.test/s);
  });

  it("name a duration that is none, and a key that is no text", async () => {
    const message = async (fn: (ctx: Context) => Promise<unknown>) => {
      const { outcome } = await run(fn);
      assert.equal(outcome.kind, "failed");
      return (outcome as Extract<typeof outcome, { kind: "failed" }>).error.message;
    };
    assert.match(await message(async (ctx) => ctx.sleep("5s" as never)), /^A sleep is .* not "5s"\.$/);
    assert.match(await message(async (ctx) => ctx.sleep(undefined as never)), /^A sleep is .* not undefined/);
    assert.match(await message(async (ctx) => ctx.sleep(Number.POSITIVE_INFINITY)), /^A sleep may have/);
    assert.match(await message(async (ctx) => ctx.sleep(-5)), /^A sleep of -5 ms is not possible/);
    const counter = iface.object("Counter", { add: iface.json<number, number>() });
    for (const key of [undefined, 17] as never[]) {
      const expected = `A key is a string: Counter cannot be called with the key ${key}.`;
      assert.equal(await message(async (ctx) => ctx.client(counter, key).add(1)), expected);
      assert.equal(await message(async (ctx) => ctx.objectClient({ name: "Counter" }, key)), expected);
      assert.equal(await message(async (ctx) => ctx.workflowSendClient({ name: "Counter" }, key)), expected);
    }
  });

  it("of any other kind fail the attempt with code 500, whatever code they have themselves", async () => {
    const { outcome } = await run(async () => {
      throw new RestateError("oops", { errorCode: 404 });
    });
    assert.equal(outcome.kind, "failed");
    assert.equal((outcome as Extract<typeof outcome, { kind: "failed" }>).error.code, 500);
  });

  it("may be wrapped: with a delay they keep their message alone, to pause also their code", () => {
    const cause = new RestateError("why", { errorCode: 404 });
    const later = RetryableError.from(cause, { retryAfter: 5 });
    assert.deepEqual([later.message, later.code, later.retryAfter, later.cause], ["why", 500, 5, cause]);
    const pause = PauseError.from(cause);
    assert.ok(pause instanceof PauseError);
    assert.deepEqual([pause.message, pause.code, pause.cause], ["why", 404, cause]);
  });

  it("have metadata when they are terminal, if only none", () =>
    assert.deepEqual(new TerminalError("a").metadata, {}));

  it("may name the delay", async () => {
    const { outcome } = await run(async () => {
      throw new RetryableError("later", { retryAfter: { seconds: 2 } });
    });
    assert.equal(outcome.kind === "failed" && outcome.error.nextRetryDelayMs, 2000);
  });

  it("are mapped by asTerminalError, in handlers and in runs", async () => {
    const asTerminalError = (error: unknown) =>
      error instanceof RangeError ? new TerminalError("mapped", { errorCode: 422 }) : undefined;
    const inHandler = await run(
      async () => {
        throw new RangeError();
      },
      { asTerminalError },
    );
    assert.deepEqual(inHandler.outcome, { kind: "completed", output: "422 mapped" });
    const inRun = await run(
      async (ctx) =>
        ctx
          .run(() => {
            throw new RangeError();
          })
          .catch((error: TerminalError) => error.code),
      { asTerminalError },
    );
    assert.deepEqual(inRun.outcome, { kind: "completed", output: "422" });
  });

  it("that are not Errors are described", async () => {
    const { outcome } = await run(() => Promise.reject({ strange: 1 }));
    assert.match(
      outcome.kind === "failed" ? outcome.error.message : "",
      /Not an Error was thrown: \{"strange":1\}/,
    );
  });

  it("of a value that does not serialize name the command", async () => {
    const { outcome } = await run(async (ctx) => {
      await ctx.genericCall({ service: "S", method: "m", parameter: 1n, inputSerde: serde.json });
    });
    assert.equal(outcome.kind === "failed" && outcome.error.relatedCommandType, MessageType.Call);
  });

  it("of a value that does not serialize say what it was for", async () => {
    const values: [RegExp, (ctx: Context) => Promise<unknown>][] = [
      [/^The result of Test\/it cannot be serialized: .*BigInt/, async () => 1n],
      [/^The value of Run 'big' cannot be serialized: .*BigInt/, (ctx) => ctx.run("big", () => 1n)],
      [/^The value of Call cannot be serialized: /, (ctx) => ctx.serviceClient(target).echo(1n as never)],
    ];
    for (const [message, fn] of values) {
      const { outcome } = await run(fn);
      assert.match(outcome.kind === "failed" ? outcome.error.message : "", message);
    }
  });

  it("of a result that does not serialize may be terminal all the same", async () => {
    const asTerminalError = (error: unknown) =>
      error instanceof TypeError ? new TerminalError("no BigInt", { errorCode: 422 }) : undefined;
    const { outcome } = await run(async () => 1n, { asTerminalError });
    assert.deepEqual(outcome, { kind: "completed", output: "422 no BigInt" });
  });

  it("of a sleep that is no time fail the attempt", async () => {
    const { outcome } = await run(async (ctx) => ctx.sleep(-1));
    assert.match(outcome.kind === "failed" ? outcome.error.message : "", /A sleep of -1 ms/);
  });
});

describe("a PauseError outside of a run", () => {
  it("fails the attempt, and is told", async () => {
    const logged: unknown[] = [];
    const definition = service({
      name: "Test",
      handlers: {
        it: async () => {
          throw new PauseError("stop");
        },
      },
    });
    const logger = (_meta: unknown, message?: unknown): void => void logged.push(message);
    const { outcome } = await runToEnd(definition, "it", { logger });
    assert.equal(outcome.kind, "failed");
    assert.ok(logged.some((message) => /pauses only inside of ctx\.run/.test(String(message))));
  });
});

describe("cancellation", () => {
  it("fails the await, lets compensation go on, and ends as the handler says", async () => {
    const definition = service({
      name: "Test",
      handlers: {
        it: async (ctx: Context) => {
          try {
            await ctx.serviceClient(target).echo("a");
          } catch (error) {
            assert.ok(error instanceof CancelledError);
            await ctx.run("undo", () => "undone");
            throw error;
          }
        },
      },
    });
    const server = new InvocationServer(definition, "it");
    server.start();
    let cancelled = false;
    const outcome = await server.finish({
      choose: () => {
        if (cancelled) return undefined;
        cancelled = true;
        server.deliver(0);
        server.notify(MessageType.Signal, { id: { kind: "signal", index: 1 }, result: { kind: "void" } });
        return undefined;
      },
    });
    assert.deepEqual(outcome, { kind: "completed", output: "409 Cancelled" });
    const lines = server.journal.map(textOf);
    assert.ok(lines.some((line) => line.startsWith('SendSignal {"targetInvocationId":"inv_1callee2"')));
    const replayed = new InvocationServer(definition, "it", { journal: server.journal });
    replayed.start();
    assert.deepEqual(await replayed.finish(inOrder), outcome);
  });

  it("is left to the handler when it is explicit", async () => {
    const definition = service({
      name: "Test",
      handlers: { it: async (ctx: Context) => ctx.sleep(5).map(() => "slept") },
      options: { explicitCancellation: true },
    });
    const server = new InvocationServer(definition, "it");
    server.start();
    server.notify(MessageType.Signal, { id: { kind: "signal", index: 1 }, result: { kind: "void" } });
    assert.deepEqual(await server.finish(inOrder), { kind: "completed", output: '"slept"' });
  });
});
