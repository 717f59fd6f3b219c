import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenEmpty, withStore } from "./harness.js";
import { batch, bytes, keyRef, load, promiseRow, stateRow } from "./rows.js";

export function keyedRowTests(open: OpenEmpty): void {
  test("state is put, replaced and deleted by name", () =>
    withStore(open, async ({ store }) => {
      const stateOf = async (key: string) => (await load(store, { keys: [keyRef(key)] })).keys[0]!.state;
      await store.commit(
        batch({ statePuts: [stateRow("a", "y", "1"), stateRow("a", "x", "2"), stateRow("b", "x", "3")] }),
      );
      assert.deepEqual(await stateOf("a"), [
        { name: "x", value: bytes("2") },
        { name: "y", value: bytes("1") },
      ]);
      await store.commit(
        batch({ statePuts: [stateRow("a", "x", "4")], stateDeletes: [{ ...keyRef("a"), name: "y" }] }),
      );
      assert.deepEqual(await stateOf("a"), [{ name: "x", value: bytes("4") }]);
      assert.deepEqual(await stateOf("b"), [{ name: "x", value: bytes("3") }]);
    }));

  test("clearing a key's state comes before deletes and puts of the same batch", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ statePuts: [stateRow("a", "x", "old"), stateRow("a", "y", "old")] }));
      await store.commit(
        batch({
          stateClears: [keyRef("a")],
          stateDeletes: [{ ...keyRef("a"), name: "z" }],
          statePuts: [stateRow("a", "z", "new")],
        }),
      );
      const { keys } = await load(store, { keys: [keyRef("a")] });
      assert.deepEqual(keys[0]!.state, [{ name: "z", value: bytes("new") }]);
    }));

  test("a state entry that is deleted and put in one batch is there", () =>
    withStore(open, async ({ store }) => {
      await store.commit(batch({ statePuts: [stateRow("a", "x", "old")] }));
      await store.commit(
        batch({ stateDeletes: [{ ...keyRef("a"), name: "x" }], statePuts: [stateRow("a", "x", "new")] }),
      );
      const { keys } = await load(store, { keys: [keyRef("a")] });
      assert.deepEqual(keys[0]!.state, [{ name: "x", value: bytes("new") }]);
    }));

  test("names come in the order of their code points", () =>
    withStore(open, async ({ store }) => {
      const names = ["", "B", "a", "aa", "é", "\uffee", "😀"];
      await store.commit(batch({ statePuts: names.toReversed().map((name) => stateRow("a", name, name)) }));
      const { keys } = await load(store, { keys: [keyRef("a")] });
      assert.deepEqual(
        keys[0]!.state.map(({ name }) => name),
        names,
      );
    }));

  test("a promise is put, resolved and cleared", () =>
    withStore(open, async ({ store }) => {
      const open = promiseRow("w", "p", { waiters: '["inv_1"]' });
      const resolved = promiseRow("w", "p", { outcomeKind: 1, outcome: bytes("value") });
      const other = promiseRow("w", "q", { outcomeKind: 2, outcome: bytes("failure") });
      const promisesOf = async (key: string) =>
        (await load(store, { keys: [keyRef(key)] })).keys[0]!.promises;
      await store.commit(batch({ promisePuts: [other, open] }));
      assert.deepEqual(await promisesOf("w"), [open, other]);
      await store.commit(batch({ promisePuts: [resolved] }));
      assert.deepEqual(await promisesOf("w"), [resolved, other]);
      await store.commit(batch({ promiseClears: [keyRef("w")], promisePuts: [open] }));
      assert.deepEqual(await promisesOf("w"), [open]);
      await store.commit(batch({ promiseClears: [keyRef("w")] }));
      assert.deepEqual(await promisesOf("w"), []);
    }));

  test("keys of other partitions, services and names stay apart", () =>
    withStore(open, async ({ store }) => {
      const refs = [
        keyRef("k"),
        keyRef("k", { partition: 1 }),
        keyRef("k", { service: "Other" }),
        keyRef("K"),
        keyRef("", { service: "Counterk" }),
        keyRef("/k"),
        keyRef("k\0"),
        keyRef("k\0a"),
        keyRef("\0k"),
        keyRef(""),
        keyRef("ключ 鍵 😀"),
        keyRef("\ufeffk"),
      ];
      const rows = refs.map((ref, n) => ({ ...ref, name: "n\0", value: bytes(`value ${n}`) }));
      await store.commit(batch({ statePuts: rows }));
      const loaded = await load(store, { keys: refs });
      assert.deepEqual(
        loaded.keys,
        refs.map((ref, n) => ({
          ref,
          state: [{ name: "n\0", value: bytes(`value ${n}`) }],
          promises: [],
          queue: [],
        })),
      );
      await store.commit(batch({ stateClears: [refs[6]!, refs[9]!] }));
      const left = await load(store, { keys: refs });
      assert.deepEqual(
        left.keys.flatMap(({ state }, n) => (state.length === 0 ? [n] : [])),
        [6, 9],
      );
    }));
}
