import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_JOURNAL_EVENTS } from "../store.js";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, invocation, journalEvent, journalRow, load } from "./rows.js";

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

  test("of the events of an invocation the newest are kept, in the order in which they happened", () =>
    withStore(open, async ({ store }) => {
      const events = Array.from({ length: MAX_JOURNAL_EVENTS + 2 }, (_, n) => journalEvent(1, `{"n":${n}}`));
      const other = journalEvent(2, "{}");
      await store.commit(batch({ journalEvents: [other, ...events.slice(0, -1)] }));
      await store.commit(batch({ journalEvents: events.slice(-1) }));
      assert.deepEqual(await store.journalEvents(1), events.slice(2));
      assert.deepEqual(await store.journalEvents(2), [other]);
      assert.deepEqual(await store.journalEvents(3), []);
    }));

  test("events go with the journal, and with the invocation", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ journalEvents: [1, 2, 3].map((num) => journalEvent(num, "old")) }));
      await store.commit(
        batch({ invocationDeletes: [1], journalDeletes: [2], journalEvents: [journalEvent(2, "new")] }),
      );
      assert.deepEqual(await store.journalEvents(1), []);
      assert.deepEqual(await store.journalEvents(2), [journalEvent(2, "new")]);
      assert.deepEqual(await store.journalEvents(3), [journalEvent(3, "old")]);
    }));
}
