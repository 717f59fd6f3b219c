import assert from "node:assert/strict";
import { test } from "node:test";
import { HandlerKind } from "../store.js";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, bytes, fullInvocation, invocation, journalRow, keyRef, load, timer } from "./rows.js";

const MEBIBYTE = 1024 * 1024;

export function valueTests(open: OpenEmpty): void {
  test("large values are kept beside small and empty ones", () =>
    withStore(open, async ({ store }) => {
      const large = (seed: number) => Uint8Array.from({ length: MEBIBYTE }, (_, i) => (i * 31 + seed) % 251);
      const rows = [
        { ...journalRow(1, 0), payload: large(1) },
        { ...journalRow(1, 1), payload: new Uint8Array(0) },
        { ...journalRow(1, 2), payload: bytes("small") },
        { ...journalRow(1, 3), payload: large(2) },
      ];
      const row = invocation(1, { awaiting: new Uint8Array(0), outcome: large(3), outcomeKind: 1 });
      await store.commit(
        batch({
          journalAppends: rows,
          invocationInserts: [row],
          statePuts: [{ ...keyRef("k"), name: "n", value: large(4) }],
        }),
      );
      const loaded = await load(store, { journals: [1], invocationNums: [1], keys: [keyRef("k")] });
      assert.deepEqual(loaded.journals, [rows]);
      assert.deepEqual(loaded.invocationNums, [row]);
      assert.deepEqual(loaded.keys[0]!.state[0]!.value, large(4));
    }));

  test("a value may be a view of a larger buffer, which its owner may change once commit has been called", () =>
    withStore(open, async ({ store }) => {
      const shared = Buffer.from("....payload....");
      const committed = store.commit(
        batch({ journalAppends: [{ ...journalRow(1, 0), payload: shared.subarray(4, 11) }] }),
      );
      shared.fill("x");
      await committed;
      assert.deepEqual((await load(store, { journals: [1] })).journals, [[journalRow(1, 0, "payload")]]);
    }));

  test("what load gave belongs to the caller", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ journalAppends: [journalRow(1, 0, "payload")] }));
      (await load(store, { journals: [1] })).journals[0]![0]!.payload.fill(0);
      assert.deepEqual((await load(store, { journals: [1] })).journals, [[journalRow(1, 0, "payload")]]);
    }));

  test("text keeps every character", () =>
    withStore(open, async ({ store }) => {
      const texts = [
        "",
        "/",
        "a/b//c",
        "\0",
        "a\0b\0",
        "ü",
        "漢字 😀",
        "\ufeffbom",
        "'quote\"",
        "%_\\",
        "\n\r\t",
      ];
      const rows = texts.map((text, num) =>
        fullInvocation(num + 1, {
          service: text,
          handler: text,
          key: text,
          kind: HandlerKind.ObjectShared,
          idempotencyKey: text,
          invokedById: text,
          invokedByTarget: text,
          traceparent: text,
          tracestate: text,
          deployment: text,
          waiters: text,
        }),
      );
      await store.commit(batch({ invocationInserts: rows }));
      assert.deepEqual(
        (await load(store, { invocationNums: rows.map(({ num }) => num) })).invocationNums,
        rows,
      );
    }));

  test("numbers are exact up to 2^53 - 1", () =>
    withStore(open, async ({ store }) => {
      const large = [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER];
      const rows = large.map((n) =>
        fullInvocation(n, { createdAt: n, inboxSeq: n, completionRetention: n, purgeAt: n, partition: 5 }),
      );
      const entries = large.map((n) => ({ ...journalRow(n, 0), index: n, type: n, appendedAt: n }));
      const timers = large.map((n) => timer(n, n, n, 5));
      await store.commit(batch({ invocationInserts: rows, journalAppends: entries, timerPuts: timers }));
      const loaded = await load(store, { invocationNums: large, journals: large });
      assert.deepEqual(loaded.invocationNums, rows);
      assert.deepEqual(
        loaded.journals,
        entries.map((entry) => [entry]),
      );
      assert.deepEqual(await store.timers(5, Number.MAX_SAFE_INTEGER, 10), timers);
      assert.deepEqual(await store.timers(5, Number.MAX_SAFE_INTEGER, 10, timers[3]), [timers[4]]);
    }));
}
