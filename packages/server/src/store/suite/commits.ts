import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreError } from "../errors.js";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, bytes, invocation, journalRow, keyRef, load, stateRow } from "./rows.js";

export function commitTests(open: OpenEmpty): void {
  test("batches apply in the order in which commit was called", () =>
    withStore(open, async ({ store }) => {
      const order: number[] = [];
      const commits = Array.from({ length: 300 }, (_, n) =>
        store.commit(batch({ statePuts: [stateRow("a", "x", String(n))] })).then(() => order.push(n)),
      );
      await Promise.all(commits);
      assert.deepEqual(order, [...order.keys()]);
      const { keys } = await load(store, { keys: [keyRef("a")] });
      assert.deepEqual(keys[0]!.state, [{ name: "x", value: bytes("299") }]);
    }));

  test("a read sees every batch whose commit has resolved, while others are outstanding", () =>
    withStore(open, async ({ store }) => {
      const reads = Array.from({ length: 200 }, async (_, n) => {
        await store.commit(batch({ journalAppends: [journalRow(1, n)] }));
        const { journals } = await load(store, { journals: [1] });
        assert.ok(journals[0]!.length > n, `read ${journals[0]!.length} entries after commit ${n}`);
        assert.deepEqual(journals[0]![n], journalRow(1, n));
      });
      await Promise.all(reads);
    }));

  test("an empty batch commits after the batches before it", () =>
    withStore(open, async ({ store }) => {
      void store.commit(batch({ journalAppends: [journalRow(1, 0)] }));
      await store.commit(batch({}));
      assert.deepEqual((await load(store, { journals: [1] })).journals, [[journalRow(1, 0)]]);
    }));

  test("closing waits for the outstanding commits, and refuses calls from then on", () =>
    withStore(open, async (tested) => {
      const { store } = tested;
      const commits = Array.from({ length: 100 }, (_, n) =>
        store.commit(batch({ journalAppends: [journalRow(1, n)] })),
      );
      const closed = store.close();
      const refused = (error: unknown) => error instanceof StoreError && error.kind === "closed";
      await assert.rejects(store.commit(batch({})), refused);
      await assert.rejects(store.recover(), refused);
      await Promise.all(commits);
      await closed;
      await store.close();
      await tested.reopen();
      assert.equal((await load(tested.store, { journals: [1] })).journals[0]!.length, 100);
    }));

  test("a batch that inserts a row twice fails as a whole, with all that come after it", () =>
    withStore(open, async (tested) => {
      const { store } = tested;
      const good = (num: number) => batch({ invocationInserts: [invocation(num)] });
      const bad = batch({
        statePuts: [stateRow("a", "x", "1")],
        invocationInserts: [invocation(5), invocation(1)],
      });
      const commits = [good(1), good(2), bad, good(3), good(4)].map((each) => store.commit(each));
      const outcomes = await Promise.allSettled(commits);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["fulfilled", "fulfilled", "rejected", "rejected", "rejected"],
      );
      const unusable = (error: unknown) => error instanceof StoreError && error.kind === "conflict";
      await assert.rejects(store.commit(good(6)), unusable);
      await assert.rejects(store.recover(), unusable);
      await tested.reopen();
      const loaded = await load(tested.store, { invocationNums: [1, 2, 3, 4, 5, 6], keys: [keyRef("a")] });
      assert.deepEqual(
        loaded.invocationNums.map((row) => row?.num),
        [1, 2, undefined, undefined, undefined, undefined],
      );
      assert.deepEqual(loaded.keys[0]!.state, []);
    }));

  test("a number that is no integer is refused", () =>
    withStore(open, async ({ store }) => {
      const fraction = store.commit(batch({ journalAppends: [{ ...journalRow(1, 0), appendedAt: 1.5 }] }));
      await assert.rejects(
        fraction,
        (error: unknown) => error instanceof StoreError && error.kind === "conflict",
      );
    }));

  test("a journal entry is written once", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ journalAppends: [journalRow(1, 0)] }));
      const again = store.commit(batch({ journalAppends: [journalRow(1, 0)] }));
      await assert.rejects(
        again,
        (error: unknown) => error instanceof StoreError && error.kind === "conflict",
      );
    }));
}
