import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@pawl/protocol";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { TerminalError } from "../errors.js";
import { isRestatePromise, RestatePromise } from "./restate-promise.js";
import { InvocationServer, type ServerOptions, textOf } from "./server.test.kit.js";

/** Runs a handler; `order` says which pending result arrives next, each time. */
async function run(
  fn: (ctx: Context) => Promise<unknown>,
  order: number[] = [],
  options: ServerOptions = {},
) {
  const server = new InvocationServer(service({ name: "Test", handlers: { it: fn } }), "it", options);
  server.start();
  const left = [...order];
  const outcome = await server.finish({ choose: (count) => (count > 0 ? (left.shift() ?? 0) : undefined) });
  const output: unknown = outcome.kind === "completed" ? outcome.output : outcome;
  return { output, server };
}

const error = (message: string): TerminalError => new TerminalError(message);

describe("RestatePromise", () => {
  it("race is won by the first result in the journal", async () => {
    const race = (ctx: Context) =>
      RestatePromise.race([
        ctx.sleep(1).map(() => "a"),
        ctx.sleep(2).map(() => "b"),
        ctx.sleep(3).map(() => "c"),
      ]);
    assert.equal((await run(race, [1])).output, '"b"');
    assert.equal((await run(race, [2])).output, '"c"');
  });

  it("all waits for all, in the order of the promises", async () => {
    const { output } = await run(
      (ctx) =>
        RestatePromise.all([ctx.sleep(1).map(() => "a"), ctx.run(() => "b"), RestatePromise.resolve("c")]),
      [0],
    );
    assert.equal(output, '["a","b","c"]');
  });

  it("all rejects with the first failure", async () => {
    const { output } = await run((ctx) =>
      RestatePromise.all([ctx.sleep(1), ctx.run(() => Promise.reject(error("no")))]).map(
        (_, failure) => failure?.message,
      ),
    );
    assert.equal(output, '"no"');
  });

  it("any takes the first success, or says what failed", async () => {
    const { output } = await run((ctx) =>
      RestatePromise.any([ctx.run(() => Promise.reject(error("no"))), ctx.sleep(1).map(() => "yes")]),
    );
    assert.equal(output, '"yes"');
    const none = await run(async () => {
      const failed = await RestatePromise.any([RestatePromise.reject(error("x"))]).catch((e: unknown) => e);
      assert.ok(failed instanceof AggregateError);
      return failed.errors.length;
    });
    assert.equal(none.output, "1");
  });

  it("allSettled tells how each one ended", async () => {
    const { output } = await run(async (ctx) => {
      const settled = await RestatePromise.allSettled([
        ctx.sleep(1),
        ctx.run(() => Promise.reject(error("no"))),
      ]);
      return settled.map((one) => one.status);
    });
    assert.equal(output, '["fulfilled","rejected"]');
  });

  it("may be empty", async () => {
    const { output } = await run(async () => [
      await RestatePromise.all([]),
      await RestatePromise.allSettled([]),
      await RestatePromise.any([]).catch((e: Error) => e.name),
    ]);
    assert.equal(output, '[[],[],"AggregateError"]');
  });

  it("orTimeout fails with 408 when the sleep ends first", async () => {
    const fn = (ctx: Context) =>
      ctx
        .signal<string>("never")
        .orTimeout(10)
        .map((_, failure) => failure?.code);
    assert.equal((await run(fn)).output, "408");
  });

  it("map may return a promise, and may throw a TerminalError", async () => {
    const { output } = await run(async (ctx) => {
      const mapped = await ctx.sleep(1).map(async () => "async");
      const failed = await ctx
        .sleep(1)
        .map(() => {
          throw error("mapped");
        })
        .catch((e: Error) => e.message);
      return [mapped, failed];
    });
    assert.equal(output, '["async","mapped"]');
  });

  it("map does not run before somebody awaits", async () => {
    let mapped = 0;
    const { output } = await run(async (ctx) => {
      const lazy = ctx.sleep(1).map(() => ++mapped);
      await ctx.sleep(2);
      const before = mapped;
      return [before, await lazy, await lazy];
    });
    assert.equal(output, "[0,1,1]");
  });

  it("map that throws anything else fails the attempt", async () => {
    const { output } = await run((ctx) =>
      ctx.sleep(1).map(() => {
        throw new RangeError("bug");
      }),
    );
    assert.equal((output as { kind: string }).kind, "failed");
  });

  it("can be awaited often and by many", async () => {
    const { output } = await run(async (ctx) => {
      const sleep = ctx.sleep(1).map(() => 1);
      return [...(await Promise.all([sleep, sleep, sleep])), await sleep, await sleep.finally(() => {})];
    });
    assert.equal(output, "[1,1,1,1,1]");
  });

  it("a run that lost its race is not executed later", async () => {
    let executed = 0;
    const fn = async (ctx: Context): Promise<number> => {
      const sleep = ctx.sleep(1);
      await ctx.sleep(2);
      const run = ctx.run("loser", () => ++executed);
      await RestatePromise.race([RestatePromise.race([sleep, run]), ctx.signal("x")]);
      await ctx.sleep(3);
      return executed;
    };
    assert.equal((await run(fn, [0, 0, 0])).output, "0");
  });

  it("knows its kind", async () => {
    const { output } = await run(async (ctx) => [
      isRestatePromise(ctx.sleep(1)),
      isRestatePromise(RestatePromise.resolve(1)),
      isRestatePromise(Promise.resolve(1)),
      RestatePromise.resolve(ctx.sleep(1)) instanceof Object,
    ]);
    assert.equal(output, "[true,true,false,true]");
    assert.throws(() => RestatePromise.all([Promise.resolve(1) as never]), /index 0 is not a RestatePromise/);
  });

  it("tells the server the tree that is left (V7)", async () => {
    const server = new InvocationServer(
      service({
        name: "Test",
        handlers: {
          it: async (ctx: Context) => {
            const done = ctx.sleep(1);
            const open = RestatePromise.all([
              done,
              ctx.sleep(2),
              RestatePromise.race([ctx.sleep(3), ctx.signal("s")]),
            ]);
            await RestatePromise.any([
              open,
              ctx
                .sleep(4)
                .orTimeout(5)
                .map(() => 1),
            ]);
          },
        },
      }),
      "it",
      { version: 7 },
    );
    server.start();
    server.notify(MessageType.SleepCompletion, {
      id: { kind: "completion", id: 1 },
      result: { kind: "void" },
    });
    server.endInput();
    const outcome = await server.finish({ choose: () => undefined });
    assert.equal(outcome.kind, "suspended");
    assert.equal(
      server.frames.at(-1),
      'Suspension {"awaitingOn":{"signals":[1],"nested":[{"nested":[' +
        '{"completions":[2],"nested":[{"completions":[3],"namedSignals":["s"],"combinator":1}],"combinator":4},' +
        '{"nested":[{"completions":[4,5],"combinator":0}],"combinator":0}],"combinator":3}],"combinator":1}}',
    );
    assert.ok(server.journal.map(textOf).length > 0);
  });

  it("several awaits at once suspend on all of them", async () => {
    const server = new InvocationServer(
      service({
        name: "Test",
        handlers: { it: async (ctx: Context) => Promise.all([ctx.sleep(1), ctx.sleep(2)]) },
      }),
      "it",
    );
    server.start();
    server.endInput();
    await server.finish({ choose: () => undefined });
    assert.equal(server.frames.at(-1), 'Suspension {"completions":[1,2],"signals":[1]}');
  });
});
