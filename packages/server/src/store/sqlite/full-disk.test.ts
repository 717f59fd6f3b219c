import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { batch, journalRow, keyRef, load } from "../suite/rows.js";
import { withDirectory } from "../suite/temporary-directory.js";
import { openSqliteStore } from "./sqlite-store.js";

const CHILD = fileURLToPath(new URL("./kill.test.child.js", import.meta.url));
/** Of 512 bytes each: what no file may grow beyond. A write beyond it fails as one to a full disk does. */
const FILE_BLOCKS = 4096;

const isPosix = process.platform !== "win32";

/** Commits until the disk refuses. @returns what was acknowledged, and what the process said in the end */
async function commitUntilRefused(path: string): Promise<{ acknowledged: number[]; complaint: string }> {
  const limited = `trap "" XFSZ; ulimit -f ${FILE_BLOCKS}; exec "$0" "$@"`;
  const child = spawn("sh", ["-c", limited, process.execPath, CHILD, path, "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let complaint = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const [code] = await once(child, "close");
  assert.notEqual(code, 0, "the process gives up");
  const [open, ...acknowledged] = output.trim().split("\n");
  assert.equal(open, "open");
  return { acknowledged: acknowledged.map(Number), complaint };
}

describe("a disk that takes no more", { skip: isPosix ? false : "needs ulimit" }, () => {
  test("fails the commits that it refused, and loses none that were acknowledged", () =>
    withDirectory(async (path) => {
      const { acknowledged, complaint } = await commitUntilRefused(path);
      assert.ok(acknowledged.length > 10, "it got to commit");
      assert.match(complaint, /StoreError: Writing to the store: .*(full|I\/O).* start the server again/);
      assert.match(complaint, /kind: '(full|io)'/);

      // With room again, everything is there, and goes on.
      const store = await openSqliteStore({ path });
      const { journals, keys } = await load(store, { journals: [1], keys: [keyRef("k")] });
      const indexes = journals[0]!.map(({ index }) => index);
      const last = indexes.at(-1) as number;
      assert.deepEqual(indexes, [...indexes.keys()], "the journal has no gap");
      assert.ok(last >= Math.max(...acknowledged));
      const state = keys[0]!.state.map(({ value }) => Number(Buffer.from(value).toString()));
      assert.deepEqual(state, [last], "the last batch is there as a whole");
      await store.commit(batch({ journalAppends: [journalRow(1, last + 1)] }));
      await store.close();
    }));
});
