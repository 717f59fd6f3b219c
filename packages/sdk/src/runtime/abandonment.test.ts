import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import type { LogMetadata } from "../logging/logger.js";
import { LogSource } from "../logging/logger.js";
import { InvocationServer, inOrder } from "./server.test.kit.js";

/** Rejections that nobody handled while `action` ran. */
async function unhandledDuring(action: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listener);
  try {
    await action();
    await turn();
    await delay(5);
  } finally {
    process.off("unhandledRejection", listener);
  }
  return unhandled;
}

const serverFor = (
  fn: (ctx: Context) => Promise<unknown>,
  logger?: (meta: LogMetadata, message?: unknown) => void,
) => new InvocationServer(service({ name: "Test", handlers: { it: fn } }), "it", logger ? { logger } : {});

describe("an abandoned attempt", () => {
  it("of a suspended invocation leaves its handler where it is, and finally blocks do not run", async () => {
    let wentOn = false;
    const unhandled = await unhandledDuring(async () => {
      const server = serverFor(async (ctx) => {
        try {
          await ctx.sleep(1000);
        } finally {
          wentOn = true;
        }
      });
      server.start();
      server.endInput();
      assert.equal((await server.finish(inOrder)).kind, "suspended");
    });
    assert.deepEqual([wentOn, unhandled], [false, []]);
  });

  it("swallows what a run still rejects with, and writes nothing more", async () => {
    const unhandled = await unhandledDuring(async () => {
      const server = serverFor(async (ctx) => {
        await ctx.run(async () => {
          await delay(2);
          throw new Error("late");
        });
      });
      server.start();
      await turn();
      server.disconnect();
    });
    assert.deepEqual(unhandled, []);
  });

  it("turns operations of the context into nothing", async () => {
    const after: unknown[] = [];
    const unhandled = await unhandledDuring(async () => {
      const server = serverFor(async (ctx) => {
        await delay(2);
        ctx.serviceSendClient({ name: "S" } as never);
        ctx.resolveAwakeable("x", 1);
        ctx.sleep(1).then(
          () => after.push("settled"),
          () => after.push("settled"),
        );
        after.push(ctx.awakeable().id, "done");
      });
      server.start();
      server.disconnect();
      await delay(10);
      assert.deepEqual(server.frames, []);
    });
    assert.deepEqual([after, unhandled], [["", "done"], []]);
  });

  it("whose handler fails later is silent, too", async () => {
    const unhandled = await unhandledDuring(async () => {
      const server = serverFor(async () => {
        await delay(2);
        throw new Error("nobody listens");
      });
      server.start();
      server.disconnect();
      await delay(10);
    });
    assert.deepEqual(unhandled, []);
  });

  it("does not hide a rejection that is the user's own", () => {
    const script = `
      import { service } from ${JSON.stringify(new URL("../definitions/service.js", import.meta.url))};
      import { inOrder, InvocationServer } from ${JSON.stringify(new URL("./server.test.kit.js", import.meta.url))};
      const fn = async () => { Promise.reject(new Error("mine")); };
      const server = new InvocationServer(service({ name: "Test", handlers: { it: fn } }), "it");
      server.start();
      await server.finish(inOrder);`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal(status, 1);
    assert.match(String(stderr), /Error: mine/);
  });
});

describe("console", () => {
  it("is marked as replayed while replaying, and other methods are silent then", async () => {
    const logged: [boolean, unknown][] = [];
    const fn = async (ctx: Context): Promise<void> => {
      ctx.console.log("one");
      await ctx.sleep(1);
      ctx.console.warn("two");
    };
    const logger = (meta: LogMetadata, message?: unknown): void => {
      if (meta.source === LogSource.USER) logged.push([meta.replaying, message]);
    };
    const first = serverFor(fn, logger);
    first.start();
    await first.finish(inOrder);
    assert.deepEqual(logged.splice(0), [
      [false, "one"],
      [false, "two"],
    ]);
    const definition = service({ name: "Test", handlers: { it: fn } });
    const replay = new InvocationServer(definition, "it", { journal: first.journal, logger });
    replay.start();
    await replay.finish(inOrder);
    assert.deepEqual(logged, [
      [true, "one"],
      [true, "two"],
    ]);
  });
});

describe("a failed attempt", () => {
  it("is logged with what was thrown", async () => {
    const logged: unknown[] = [];
    const server = serverFor(
      async () => {
        throw new Error("boom");
      },
      (meta, message) =>
        meta.source === LogSource.JOURNAL &&
        meta.level !== "debug" &&
        logged.push(`${meta.level} ${message}`),
    );
    server.start();
    await server.finish(inOrder);
    assert.equal(logged.length, 1);
    assert.match(String(logged[0]), /^warn The attempt failed/);
  });
});
