import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { batch, invocation, journalRow, load } from "../suite/rows.js";
import { withDirectory } from "../suite/temporary-directory.js";
import { databaseFile } from "./database.js";
import { checkBackup, restoreBackup } from "./restore.js";
import { openSqliteStore } from "./sqlite-store.js";

/** An invocation and the first entry of its journal, in one transaction. */
const pair = (num: number) =>
  batch({ invocationInserts: [invocation(num)], journalAppends: [journalRow(num, 0)] });

test("a backup under load has all that was committed before it, nothing by halves, and can be restored", () =>
  withDirectory(async (path) => {
    const [live, other] = [join(path, "live"), join(path, "other")];
    const store = await openSqliteStore({ path: live });
    let last = 0;
    for (; last < 500; last++) await store.commit(pair(last + 1));
    const before = last;
    let isDone = false;
    const load1 = (async () => {
      while (!isDone) await store.commit(pair(++last));
    })();
    const backup = await store.backup();
    isDone = true;
    await load1;
    assert.equal(readFileSync(backup.path).byteLength, backup.bytes);
    assert.equal(createHash("sha256").update(readFileSync(backup.path)).digest("base64"), backup.sha256);
    restoreBackup(backup.path, other);
    await backup.remove();
    assert.equal(existsSync(backup.path), false);

    const restored = await openSqliteStore({ path: other });
    const nums = Array.from({ length: last }, (_, i) => i + 1);
    const { invocationNums: rows, journals } = await load(restored, { invocationNums: nums, journals: nums });
    const copied = rows.filter((row) => row !== null).length;
    assert.ok(copied >= before, `${copied} of ${before}`);
    for (const num of nums) {
      assert.equal(rows[num - 1] !== null, num <= copied, `invocation ${num} of ${copied}`);
      assert.equal(journals[num - 1]?.length, num <= copied ? 1 : 0);
    }
    await restored.commit(pair(last + 1));
    await restored.close();
    await store.close();
  }));

test("one backup at a time, until it is removed; what a killed process left is removed when the store opens", () =>
  withDirectory(async (path) => {
    const store = await openSqliteStore({ path });
    const first = store.backup();
    await assert.rejects(store.backup(), { name: "BackupInProgressError" });
    const { path: file } = await first;
    await assert.rejects(store.backup(), { name: "BackupInProgressError" });
    await (await first).remove();
    const second = await store.backup();
    assert.equal(second.path, file);
    await store.close();
    assert.equal(existsSync(file), false);
    await assert.rejects(store.backup(), { kind: "closed" });

    mkdirSync(join(path, "backup"));
    writeFileSync(file, "half a copy");
    await (await openSqliteStore({ path })).close();
    assert.equal(existsSync(file), false);
  }));

test("what cannot be restored is refused, and leaves nothing behind", () =>
  withDirectory(async (path) => {
    const [live, other] = [join(path, "live"), join(path, "other")];
    const store = await openSqliteStore({ path: live });
    for (let num = 1; num <= 200; num++) await store.commit(pair(num));
    const backup = await store.backup();
    const good = join(path, "good.db");
    copyFileSync(backup.path, good);
    // A server runs there; then it holds data.
    assert.throws(() => restoreBackup(good, live), { kind: "locked" });
    await store.close();
    assert.throws(() => restoreBackup(good, live), { kind: "not-empty", message: /holds data already/ });

    const bytes = readFileSync(good);
    const bad = join(path, "bad.db");
    for (const [what, content, kind] of [
      ["cut short", bytes.subarray(0, bytes.byteLength - 8192), "corrupt"],
      [
        "overwritten",
        Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(bytes.byteLength - 8192, 7)]),
        "corrupt",
      ],
      ["no database", Buffer.from("nonsense ".repeat(1000)), "corrupt"],
      ["empty", Buffer.alloc(0), "corrupt"],
    ] as const) {
      writeFileSync(bad, content);
      assert.throws(() => restoreBackup(bad, other), { name: "StoreError", kind }, what);
      assert.equal(existsSync(databaseFile(other)), false);
    }
    assert.throws(() => checkBackup(join(path, "missing.db")), { kind: "io", message: /There is no backup/ });
  }));
