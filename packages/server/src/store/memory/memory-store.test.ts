import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { batch, invocation, journalRow, load } from "../suite/rows.js";
import { storeSuite } from "../suite.js";
import { MemoryStore } from "./memory-store.js";

storeSuite("store in memory", async () => {
  let store = new MemoryStore();
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = store.crash();
    },
    remove: () => store.close(),
  };
});

describe("store in memory, under a simulator's control", () => {
  const entry = (index: number) => batch({ journalAppends: [journalRow(1, index)] });
  const lengthOf = async (store: MemoryStore) => (await load(store, { journals: [1] })).journals[0]!.length;
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test("a commit is durable when the simulator says so, the oldest first", async () => {
    const store = new MemoryStore({ autoCommit: false });
    const durable: number[] = [];
    for (const n of [0, 1]) void store.commit(entry(n)).then(() => durable.push(n));
    await settle();
    assert.deepEqual([durable, store.pending, await lengthOf(store)], [[], 2, 0]);
    assert.equal(store.flushNext(), true);
    await settle();
    assert.deepEqual([durable, store.pending, await lengthOf(store)], [[0], 1, 1]);
    assert.equal(store.flushNext(), true);
    assert.equal(store.flushNext(), false);
    await settle();
    assert.deepEqual([durable, store.pending, await lengthOf(store)], [[0, 1], 0, 2]);
  });

  test("a crash leaves exactly the durable batches", async () => {
    const store = new MemoryStore({ autoCommit: false });
    let settled = 0;
    for (const n of [0, 1, 2]) {
      const count = () => settled++;
      store.commit(entry(n)).then(count, count);
    }
    store.flushNext();
    const successor = store.crash();
    await settle();
    assert.equal(settled, 1);
    assert.equal(successor.pending, 0);
    assert.equal(await lengthOf(successor), 1);
    await assert.rejects(store.commit(entry(3)), { kind: "closed" });
    assert.equal(store.flushNext(), false);
    void successor.commit(entry(1));
    successor.flushNext();
    assert.equal(await lengthOf(successor), 2);
  });

  test("closing waits until the simulator has flushed", async () => {
    const store = new MemoryStore({ autoCommit: false });
    void store.commit(entry(0));
    let closed = false;
    const closing = store.close().then(() => {
      closed = true;
    });
    await settle();
    assert.equal(closed, false);
    store.flushNext();
    await closing;
  });

  test("a batch is as it was when commit was called", async () => {
    const store = new MemoryStore({ autoCommit: false });
    const row = { ...invocation(1) };
    void store.commit(batch({ invocationInserts: [row] }));
    Object.assign(row, { service: "changed" });
    store.flushNext();
    assert.deepEqual((await load(store, { invocationNums: [1] })).invocationNums, [invocation(1)]);
  });
});
