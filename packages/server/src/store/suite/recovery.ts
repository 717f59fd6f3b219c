import assert from "node:assert/strict";
import { test } from "node:test";
import type { DocumentRow, OutboxRow } from "../store.js";
import { NUMBERS_PER_PARTITION, Status } from "../store.js";
import { type OpenEmpty, withStore } from "./harness.js";
import {
  batch,
  bytes,
  fullInvocation,
  invocation,
  journalRow,
  keyRef,
  load,
  stateRow,
  timer,
} from "./rows.js";

export function recoveryTests(open: OpenEmpty): void {
  test("an empty store recovers nothing", () =>
    withStore(open, async ({ store }) => {
      assert.deepEqual(await store.recover(), { documents: [], running: [], outbox: [] });
    }));

  test("after reopening, recover gives documents, running invocations and the outbox", () =>
    withStore(open, async (tested) => {
      const running = [invocation(2), invocation(NUMBERS_PER_PARTITION + 1, { partition: 1 })];
      const others = [Status.Scheduled, Status.Inboxed, Status.Suspended, Status.Paused, Status.Completed];
      const documents: DocumentRow[] = [
        { kind: "deployment", id: "dp_1", json: '{"a":1}' },
        { kind: "deployment", id: "dp_2", json: '{"ü":"\\u0000"}' },
        { kind: "meta", id: "dp_1", json: "null" },
      ];
      const outbox: OutboxRow[] = [
        { partition: 0, seq: 9, message: bytes("nine") },
        { partition: 0, seq: 10, message: bytes("ten") },
        { partition: 1, seq: 1, message: new Uint8Array(0) },
      ];
      await tested.store.commit(
        batch({
          invocationInserts: [
            ...running.toReversed(),
            ...others.map((status, n) => fullInvocation(100 + n, { status })),
          ],
          documentPuts: documents.toReversed(),
          outboxPuts: outbox.toReversed(),
        }),
      );
      await tested.reopen();
      assert.deepEqual(await tested.store.recover(), { documents, running, outbox });
    }));

  test("an invocation is recovered exactly while it runs", () =>
    withStore(open, async ({ store }) => {
      const runningNums = async () => (await store.recover()).running.map(({ num }) => num);
      await store.commit(
        batch({ invocationInserts: [invocation(1, { status: Status.Inboxed }), invocation(2)] }),
      );
      assert.deepEqual(await runningNums(), [2]);
      await store.commit(
        batch({ invocationUpdates: [invocation(1), invocation(2, { status: Status.Suspended })] }),
      );
      assert.deepEqual(await runningNums(), [1]);
      await store.commit(batch({ invocationDeletes: [1] }));
      assert.deepEqual(await runningNums(), []);
    }));

  test("documents and outbox rows are replaced and deleted", () =>
    withStore(open, async ({ store }) => {
      const document = (id: string, json: string): DocumentRow => ({ kind: "service", id, json });
      const message = (seq: number, text: string): OutboxRow => ({ partition: 3, seq, message: bytes(text) });
      await store.commit(
        batch({
          documentPuts: [document("a", "1"), document("b", "1"), document("c", "1")],
          outboxPuts: [message(1, "one"), message(2, "two"), message(3, "three")],
        }),
      );
      await store.commit(
        batch({
          documentDeletes: [
            { kind: "service", id: "b" },
            { kind: "service", id: "c" },
            { kind: "meta", id: "a" },
          ],
          documentPuts: [document("a", "2"), document("c", "2")],
          outboxDeletes: [
            { partition: 3, seq: 1 },
            { partition: 3, seq: 3 },
            { partition: 4, seq: 2 },
          ],
          outboxPuts: [message(3, "drei")],
        }),
      );
      assert.deepEqual(await store.recover(), {
        documents: [document("a", "2"), document("c", "2")],
        running: [],
        outbox: [message(2, "two"), message(3, "drei")],
      });
    }));

  test("everything survives reopening", () =>
    withStore(open, async (tested) => {
      await tested.store.commit(
        batch({
          invocationInserts: [fullInvocation(1)],
          journalAppends: [journalRow(1, 0)],
          statePuts: [stateRow("a", "x", "1")],
          timerPuts: [timer(1, 1)],
        }),
      );
      await tested.reopen();
      const loaded = await load(tested.store, { invocationNums: [1], journals: [1], keys: [keyRef("a")] });
      assert.deepEqual(loaded.invocationNums, [fullInvocation(1)]);
      assert.deepEqual(loaded.journals, [[journalRow(1, 0)]]);
      assert.deepEqual(loaded.keys[0]!.state, [{ name: "x", value: bytes("1") }]);
      assert.deepEqual(await tested.store.timers(0, 1, 1), [timer(1, 1)]);
    }));
}
