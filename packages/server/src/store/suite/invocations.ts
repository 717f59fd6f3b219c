import assert from "node:assert/strict";
import { test } from "node:test";
import type { InvocationUpdate } from "../store.js";
import { HandlerKind, NUMBERS_PER_PARTITION, Status } from "../store.js";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, bytes, fullInvocation, idOf, invocation, journalRow, keyRef, load } from "./rows.js";

export function invocationTests(open: OpenEmpty): void {
  test("an invocation comes back with every column", () =>
    withStore(open, async ({ store }) => {
      const rows = [invocation(1), fullInvocation(2)];
      await store.commit(batch({ invocationInserts: rows }));
      const loaded = await load(store, { invocations: [idOf(1), idOf(2)], invocationNums: [1, 2] });
      assert.deepEqual(loaded.invocations, rows);
      assert.deepEqual(loaded.invocationNums, rows);
    }));

  test("an update changes every column of the progress and nothing else", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ invocationInserts: [invocation(1), invocation(2)] }));
      const { num: _, ...changed } = fullInvocation(1);
      const update: InvocationUpdate = { num: 1, ...changed };
      await store.commit(batch({ invocationUpdates: [update] }));
      const loaded = await load(store, { invocationNums: [1, 2] });
      const identity = invocation(1);
      assert.deepEqual(loaded.invocationNums, [
        {
          ...fullInvocation(1),
          partition: identity.partition,
          service: identity.service,
          handler: identity.handler,
          key: identity.key,
          kind: identity.kind,
          idempotencyKey: identity.idempotencyKey,
          invokedBy: identity.invokedBy,
          invokedById: identity.invokedById,
          invokedByTarget: identity.invokedByTarget,
          createdAt: identity.createdAt,
          scheduledFor: identity.scheduledFor,
          traceparent: identity.traceparent,
          tracestate: identity.tracestate,
        },
        invocation(2),
      ]);
      await store.commit(batch({ invocationUpdates: [invocation(1)] }));
      assert.deepEqual((await load(store, { invocationNums: [1] })).invocationNums, [invocation(1)]);
    }));

  test("an invocation may be inserted and updated in one batch", () =>
    withStore(open, async ({ store }) => {
      const completed = invocation(1, { status: Status.Completed, outcomeKind: 1, outcome: bytes("done") });
      await store.commit(batch({ invocationInserts: [invocation(1)], invocationUpdates: [completed] }));
      assert.deepEqual((await load(store, { invocationNums: [1] })).invocationNums, [completed]);
    }));

  test("an update of an invocation that is gone changes nothing", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ invocationUpdates: [invocation(1)] }));
      assert.deepEqual((await load(store, { invocationNums: [1] })).invocationNums, [null]);
    }));

  test("deleting an invocation removes its row and its journal", () =>
    withStore(open, async ({ store }) => {
      await store.commit(
        batch({
          invocationInserts: [invocation(1), invocation(2)],
          journalAppends: [journalRow(1, 0), journalRow(2, 0)],
        }),
      );
      await store.commit(batch({ invocationDeletes: [1] }));
      const loaded = await load(store, { invocations: [idOf(1)], invocationNums: [1, 2], journals: [1, 2] });
      assert.deepEqual(loaded.invocations, [null]);
      assert.deepEqual(loaded.invocationNums, [null, invocation(2)]);
      assert.deepEqual(loaded.journals, [[], [journalRow(2, 0)]]);
    }));

  test("an id is free again in the batch that deletes its invocation", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ invocationInserts: [invocation(1, { id: "inv_1same" })] }));
      const successor = invocation(2, { id: "inv_1same" });
      await store.commit(batch({ invocationDeletes: [1], invocationInserts: [successor] }));
      assert.deepEqual((await load(store, { invocations: ["inv_1same"] })).invocations, [successor]);
    }));

  test("ids differ in any character", () =>
    withStore(open, async ({ store }) => {
      const ids = [
        "inv_1",
        "inv_1a",
        "inv_1partitionkyA",
        "inv_1partitionkyB",
        "inv_1Partitionkya",
        "inv_1\0",
      ];
      await store.commit(batch({ invocationInserts: ids.map((id, num) => invocation(num, { id })) }));
      const { invocations } = await load(store, {
        invocations: [...ids, "inv_1partitionky", "inv_1b", "inv_1\0\0"],
      });
      assert.deepEqual(
        invocations.map((row) => row?.num ?? null),
        [...ids.keys(), null, null, null],
      );
    }));

  test("load answers in the order of the request, with null for what is absent", () =>
    withStore(open, async ({ store }) => {
      const nums = [NUMBERS_PER_PARTITION + 5, 3, 2 * NUMBERS_PER_PARTITION];
      await store.commit(batch({ invocationInserts: nums.map((num) => invocation(num)) }));
      const loaded = await load(store, {
        invocations: [idOf(3), "inv_1absent", idOf(nums[0]!), idOf(3)],
        invocationNums: [nums[2]!, 4, nums[0]!, nums[2]!],
      });
      assert.deepEqual(
        loaded.invocations.map((row) => row?.num),
        [3, undefined, nums[0], 3],
      );
      assert.deepEqual(
        loaded.invocationNums.map((row) => row?.num),
        [nums[2], undefined, nums[0], nums[2]],
      );
    }));

  test("a key's queue holds its exclusive invocations in the order of their places", () =>
    withStore(open, async ({ store }) => {
      const queued = (num: number, key: string, inboxSeq: number | null) =>
        invocation(num, {
          service: "Counter",
          key,
          kind: HandlerKind.ObjectExclusive,
          status: Status.Inboxed,
          inboxSeq,
        });
      await store.commit(
        batch({
          invocationInserts: [queued(1, "a", 9), queued(2, "a", 8), queued(3, "b", 7), queued(4, "a", null)],
        }),
      );
      const queueOf = async (key: string) =>
        (await load(store, { keys: [keyRef(key)] })).keys[0]!.queue.map(({ num }) => num);
      assert.deepEqual(await queueOf("a"), [2, 1]);
      assert.deepEqual((await load(store, { keys: [keyRef("b")] })).keys[0]!.queue, [
        { num: 3, id: idOf(3), status: Status.Inboxed, inboxSeq: 7 },
      ]);
      await store.commit(
        batch({ invocationUpdates: [queued(2, "a", null), queued(4, "a", 10)], invocationDeletes: [3] }),
      );
      assert.deepEqual(await queueOf("a"), [1, 4]);
      assert.deepEqual(await queueOf("b"), []);
      assert.deepEqual((await load(store, { keys: [keyRef("a", { partition: 1 })] })).keys[0]!.queue, []);
    }));

  test("expired invocations are the completed ones that are due, oldest first", () =>
    withStore(open, async ({ store }) => {
      const completed = (num: number, purgeAt: number | null, columns = {}) =>
        invocation(num, { status: Status.Completed, purgeAt, ...columns });
      const rows = [
        completed(1, 300),
        completed(2, 100),
        completed(3, 200),
        completed(4, 301),
        completed(5, null),
        completed(6, 100, { status: Status.Invoked }),
        completed(7, 100, { partition: 1 }),
        completed(8, 200),
      ];
      await store.commit(batch({ invocationInserts: rows }));
      const expiredNums = async (now: number, limit: number) =>
        (await store.expired(0, now, limit)).map((row) => row.num);
      assert.deepEqual(await expiredNums(300, 10), [2, 3, 8, 1]);
      assert.deepEqual(await expiredNums(300, 2), [2, 3]);
      assert.deepEqual(await expiredNums(99, 10), []);
      assert.deepEqual(await store.expired(1, 100, 1), [rows[6]]);
    }));
}
