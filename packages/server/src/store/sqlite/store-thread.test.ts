import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StoreThread } from "./store-thread.js";

/** A thread that does this with each message. */
function threadThat(onMessage: string): StoreThread {
  const entry = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from "node:worker_threads";
      parentPort.on("message", (message) => { ${onMessage} });
    `)}`,
  );
  return new StoreThread(entry, "test");
}

describe("a thread of the store", () => {
  test("answers in order, several questions at once", async () => {
    const thread = threadThat(
      `if (message === "close") parentPort.close(); else if (message === 2) parentPort.postMessage({ done: 3 })`,
    );
    const order: number[] = [];
    await Promise.all([0, 1, 2].map((n) => thread.ask(n).then(() => order.push(n))));
    assert.deepEqual(order, [0, 1, 2]);
    await thread.close();
  });

  for (const [how, code] of [
    ["throws", `throw new Error("broken")`],
    ["exits", "process.exit(3)"],
  ] as const) {
    test(`that ${how} rejects open and later questions`, async () => {
      const thread = threadThat(code);
      const failures: string[] = [];
      thread.onFailure = (error) => failures.push(error.kind);
      const died = { name: "StoreError", kind: "thread", message: /broken|exit code 3/ };
      const open = [thread.ask(1), thread.ask(2)];
      for (const question of open) await assert.rejects(question, died);
      await assert.rejects(thread.ask(3), died);
      assert.deepEqual(failures, ["thread"]);
      await thread.close();
    });
  }

  test("may fail to answer one question and go on", async () => {
    const thread = threadThat(`
        if (message === "close") parentPort.close();
        else if (message === 1) parentPort.postMessage({ failure: { kind: "io", message: "one", fatal: false } });
        else parentPort.postMessage({ done: 1 });
      `);
    await assert.rejects(thread.ask(1), { kind: "io", message: "one" });
    await thread.ask(2);
    await thread.close();
    await assert.rejects(thread.ask(3), { kind: "closed" });
  });
});
