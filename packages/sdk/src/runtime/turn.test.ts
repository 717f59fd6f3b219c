import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { captureAsyncContext } from "./async-context.js";
import { createAfterMicrotasks, type Scheduling } from "./turn.js";

const platforms: Record<string, Scheduling> = {
  "Node's ticks": { queueMicrotask, nextTick: process.nextTick, nextTask: setImmediate },
  "ticks that are microtasks": { queueMicrotask, nextTick: queueMicrotask, nextTask: setImmediate },
  "no ticks, no setImmediate": { queueMicrotask, nextTask: (callback) => setTimeout(callback) },
};

for (const [name, scheduling] of Object.entries(platforms)) {
  test(`user code rests before the turn: ${name}`, async () => {
    const afterMicrotasks = createAfterMicrotasks(scheduling);
    // The first round probes; the second shows what was chosen.
    for (let round = 0; round < 2; round++) {
      let reactions = 0;
      const userCode = async (): Promise<void> => {
        for (let i = 0; i < 20; i++) {
          await undefined;
          reactions++;
        }
      };
      void userCode();
      await new Promise<void>((resolve) => afterMicrotasks(resolve));
      assert.equal(reactions, 20);
    }
  });
}

test("in Node a turn costs no turn of the event loop, once ticks are known", async () => {
  let tasks = 0;
  const afterMicrotasks = createAfterMicrotasks({
    queueMicrotask,
    nextTick: process.nextTick,
    nextTask: (callback) => {
      tasks++;
      setImmediate(callback);
    },
  });
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => afterMicrotasks(resolve));
  assert.equal(tasks, 1);
});

test("an async context is that of its capture", () => {
  const storage = new AsyncLocalStorage<string>();
  const context = storage.run("then", captureAsyncContext);
  storage.run("now", () => context.runInAsyncScope(() => assert.equal(storage.getStore(), "then")));
});
