import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, invocation, journalRow, load } from "./rows.js";

export function journalTests(open: OpenEmpty): void {
  test("a journal comes back in the order of its indexes", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ journalAppends: [journalRow(1, 1), journalRow(2, 0), journalRow(1, 0)] }));
      await store.commit(batch({ journalAppends: [journalRow(1, 2)] }));
      const { journals } = await load(store, { journals: [2, 3, 1] });
      assert.deepEqual(journals, [
        [journalRow(2, 0)],
        [],
        [journalRow(1, 0), journalRow(1, 1), journalRow(1, 2)],
      ]);
    }));

  test("deleting a journal keeps the invocation", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ invocationInserts: [invocation(1)], journalAppends: [journalRow(1, 0)] }));
      await store.commit(batch({ journalDeletes: [1] }));
      const loaded = await load(store, { invocationNums: [1], journals: [1] });
      assert.deepEqual(loaded.invocationNums, [invocation(1)]);
      assert.deepEqual(loaded.journals, [[]]);
    }));

  test("a journal may be deleted and written anew in one batch", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ journalAppends: [journalRow(1, 0, "old"), journalRow(1, 1, "old")] }));
      await store.commit(batch({ journalDeletes: [1], journalAppends: [journalRow(1, 0, "new")] }));
      assert.deepEqual((await load(store, { journals: [1] })).journals, [[journalRow(1, 0, "new")]]);
    }));
}
