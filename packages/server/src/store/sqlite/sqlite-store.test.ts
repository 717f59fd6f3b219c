import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DatabaseSync } from "@photostructure/sqlite";
import { batch, invocation, load } from "../suite/rows.js";
import { testDirectory, withDirectory } from "../suite/temporary-directory.js";
import { storeSuite } from "../suite.js";
import { databaseFile } from "./database.js";
import { SCHEMA_VERSION } from "./migrate.js";
import { openSqliteStore } from "./sqlite-store.js";

storeSuite("store on SQLite", async () => {
  const { directory, remove } = await testDirectory();
  let store = await openSqliteStore({ path: directory });
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await openSqliteStore({ path: directory });
    },
    async remove() {
      await store.close();
      await remove();
    },
  };
});

describe("opening a data directory", () => {
  test("closing leaves one file of data: the log is folded into it", () =>
    withDirectory(async (path) => {
      const store = await openSqliteStore({ path });
      await store.commit(batch({ invocationInserts: [invocation(1)] }));
      assert.ok(existsSync(`${databaseFile(path)}-wal`));
      await store.close();
      assert.deepEqual(readdirSync(path).sort(), ["pawl.db", "pawl.lock"]);
    }));

  test("a database of a newer version is refused and left as it is", () =>
    withDirectory(async (path) => {
      await (await openSqliteStore({ path })).close();
      const database = new DatabaseSync(databaseFile(path));
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
      database.close();
      await assert.rejects(openSqliteStore({ path }), {
        name: "StoreError",
        kind: "newer-schema",
        message: new RegExp(`has schema version ${SCHEMA_VERSION + 1}.*versions up to ${SCHEMA_VERSION}`),
      });
      const after = new DatabaseSync(databaseFile(path));
      after.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
      after.close();
      await (await openSqliteStore({ path })).close();
    }));

  test("a file that is no database is refused", () =>
    withDirectory(async (path) => {
      await mkdir(path);
      writeFileSync(databaseFile(path), "This is not a database. ".repeat(1000));
      await assert.rejects(openSqliteStore({ path }), { kind: "corrupt" });
    }));

  test("another program's database is refused", () =>
    withDirectory(async (path) => {
      await mkdir(path);
      const database = new DatabaseSync(databaseFile(path));
      database.exec("CREATE TABLE theirs (a)");
      database.close();
      await assert.rejects(openSqliteStore({ path }), { kind: "corrupt", message: /not one of Pawl/ });
    }));

  test("a directory that cannot be made is an io error", () =>
    withDirectory(async (path) => {
      await mkdir(path);
      const file = join(path, "file");
      writeFileSync(file, "");
      await assert.rejects(openSqliteStore({ path: join(file, "data") }), { kind: "io" });
    }));

  test("a second store in the same process is refused, and the first goes on", () =>
    withDirectory(async (path) => {
      const store = await openSqliteStore({ path });
      await assert.rejects(openSqliteStore({ path }), { kind: "locked", message: /in use by another/ });
      await store.commit(batch({ invocationInserts: [invocation(1)] }));
      assert.deepEqual((await load(store, { invocationNums: [1] })).invocationNums, [invocation(1)]);
      await store.close();
      await (await openSqliteStore({ path })).close();
    }));
});
