import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { BackupInProgressError, type BackupStore } from "../store/sqlite/backup.js";
import { withDirectory } from "../store/suite/temporary-directory.js";
import { FakeRuntime } from "./admin.test.kit.js";
import { createAdminServer } from "./server.js";

const JSON_TYPE = { "content-type": "application/json" };

test("a backup is streamed with its length and digest, and removed whether it was read to the end or not", () =>
  withDirectory(async (directory) => {
    const content = Buffer.alloc(20_000_000, "backup");
    const sha256 = createHash("sha256").update(content).digest("base64");
    const path = `${directory}.file`;
    writeFileSync(path, content);
    let removed = 0;
    let onRemoved: () => void = () => {};
    const backups: Pick<BackupStore, "backup"> = {
      backup: async () => ({
        path,
        bytes: content.byteLength,
        sha256,
        remove: async () => {
          removed++;
          onRemoved();
        },
      }),
    };
    const admin = await createAdminServer({
      runtime: new FakeRuntime(),
      bindAddress: { host: "127.0.0.1", port: 0 },
      backups,
    });
    const url = `http://127.0.0.1:${admin.address.port}/backup`;
    const request = { method: "POST", headers: JSON_TYPE, body: "{}" };

    const gone = new Promise<void>((resolve) => {
      onRemoved = resolve;
    });
    const answer = await fetch(url, request);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-length"), String(content.byteLength));
    assert.equal(answer.headers.get("content-digest"), `sha-256=:${sha256}:`);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(content));
    await gone;
    assert.equal(removed, 1);

    const goneAgain = new Promise<void>((resolve) => {
      onRemoved = resolve;
    });
    const abort = new AbortController();
    await fetch(url, { ...request, signal: abort.signal });
    abort.abort();
    await goneAgain;
    await admin.close();
  }));

test("a page of another origin cannot ask for one, and one at a time is enough", async () => {
  const admin = await createAdminServer({
    runtime: new FakeRuntime(),
    bindAddress: { host: "127.0.0.1", port: 0 },
    backups: {
      backup: async () => {
        throw new BackupInProgressError();
      },
    },
  });
  const url = `http://127.0.0.1:${admin.address.port}/backup`;
  assert.equal((await fetch(url, { method: "POST" })).status, 415);
  assert.equal((await fetch(url)).status, 405);
  const answer = await fetch(url, { method: "POST", headers: JSON_TYPE, body: "{}" });
  assert.equal(answer.status, 409);
  assert.match(((await answer.json()) as { message: string }).message, /try again when it is done/);
  await admin.close();
});
