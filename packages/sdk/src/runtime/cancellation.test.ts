import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@pawl/protocol";
import type { Context } from "../context/context.js";
import type { ServiceOptions } from "../definitions/options.js";
import { service } from "../definitions/service.js";
import { CancelledError } from "../errors.js";
import type { ContextInternal } from "../internal.js";
import { RestatePromise } from "./restate-promise.js";
import { InvocationServer, inOrder, textOf } from "./server.test.kit.js";

const target = service({ name: "Target", handlers: { echo: async (_: Context, text: string) => text } });

function serverFor(fn: (ctx: ContextInternal) => Promise<unknown>, options: ServiceOptions = {}) {
  const handlers = { it: (ctx: Context) => fn(ctx as ContextInternal) };
  return new InvocationServer(service({ name: "Test", handlers, options }), "it");
}

const cancel = (server: InvocationServer): void =>
  server.notify(MessageType.Signal, { id: { kind: "signal", index: 1 }, result: { kind: "void" } });

const cancelsSentBy = (server: InvocationServer): string[] =>
  server.journal.map(textOf).flatMap((line) => /^SendSignal .*"(inv_1\w+)"/.exec(line)?.[1] ?? []);

/** Cancels while nothing else happens, then lets everything happen. */
async function cancelThenFinish(server: InvocationServer) {
  let isCancelled = false;
  server.start();
  return server.finish({
    choose: (count) => {
      if (isCancelled) return inOrder.choose(count);
      isCancelled = true;
      cancel(server);
      return undefined;
    },
  });
}

const explicit = { explicitCancellation: true };

describe("implicit cancellation", () => {
  it("fails one await, the oldest; others that wait go on", async () => {
    const outcomes = (ctx: Context) =>
      Promise.all(
        [1, 2].map((i) =>
          ctx.sleep(i).then(
            () => "slept",
            (error: unknown) => (error instanceof CancelledError ? "cancelled" : "other"),
          ),
        ),
      );
    const server = serverFor(async (ctx) => [await outcomes(ctx), await ctx.sleep(3).map(() => "later")]);
    const outcome = await cancelThenFinish(server);
    assert.deepEqual(outcome, { kind: "completed", output: '[["cancelled","slept"],"later"]' });
    const replayed = serverFor(async (ctx) => [await outcomes(ctx), await ctx.sleep(3).map(() => "later")]);
    replayed.journal.splice(0, 1, ...server.journal);
    replayed.start();
    assert.deepEqual(await replayed.finish(inOrder), outcome);
  });

  it("leaves nothing to cancel by hand", async () => {
    const server = serverFor(async (ctx) => {
      ctx.serviceClient(target).echo("a");
      return ctx.cancelPreviousCalls();
    });
    server.start();
    assert.deepEqual(await server.finish(inOrder), { kind: "completed", output: "[]" });
    assert.deepEqual(cancelsSentBy(server), []);
  });
});

describe("explicit cancellation", () => {
  it("is a promise to race against, and a fresh one afterwards", async () => {
    const server = serverFor(async (ctx) => {
      const first = ctx.cancellation();
      assert.equal(ctx.cancellation(), first);
      const won = await RestatePromise.race([ctx.sleep(1).map(() => "slept"), first.map(() => "cancelled")]);
      assert.notEqual(ctx.cancellation(), first);
      const again = await RestatePromise.race([
        ctx.sleep(1).map(() => "slept"),
        ctx.cancellation().map(() => "cancelled"),
      ]);
      return [won, again];
    }, explicit);
    assert.deepEqual(await cancelThenFinish(server), { kind: "completed", output: '["cancelled","slept"]' });
  });

  it("passes nothing on by itself; cancelPreviousCalls tells the calls made so far, once", async () => {
    const server = serverFor(async (ctx) => {
      const call = (): unknown => ctx.serviceClient(target).echo("a");
      call();
      call();
      ctx.serviceSendClient(target).echo("sent");
      const first = await ctx.cancelPreviousCalls();
      call();
      return [first, await ctx.cancelPreviousCalls(), await ctx.cancelPreviousCalls()];
    }, explicit);
    server.start();
    assert.deepEqual(await server.finish(inOrder), {
      kind: "completed",
      output: '[["inv_1callee2","inv_1callee4"],["inv_1callee7"],[]]',
    });
    assert.deepEqual(cancelsSentBy(server), ["inv_1callee2", "inv_1callee4", "inv_1callee7"]);
  });
});

describe("the phase", () => {
  it("is processing after the replay", async () => {
    const seen: boolean[] = [];
    const fn = async (ctx: ContextInternal): Promise<void> => {
      seen.push(ctx.isProcessing());
      await ctx.run(() => 1);
      seen.push(ctx.isProcessing());
    };
    const server = serverFor(fn);
    server.start();
    await server.finish(inOrder);
    assert.deepEqual(seen.splice(0), [true, true]);
    const replay = serverFor(fn);
    replay.journal.splice(0, 1, ...server.journal.slice(0, -1));
    replay.start();
    await replay.finish(inOrder);
    assert.deepEqual(seen, [false, true]);
  });
});
