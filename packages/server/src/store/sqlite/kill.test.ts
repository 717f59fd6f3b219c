import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Random } from "../suite/random.js";
import { batch, keyRef, load } from "../suite/rows.js";
import { withDirectory } from "../suite/temporary-directory.js";
import { openSqliteStore } from "./sqlite-store.js";

const CHILD = fileURLToPath(new URL("./kill.test.child.js", import.meta.url));
const ROUNDS = 10;
const LONGEST_ROUND_MS = 150;
const SEED = 1;

/** A process with the store open, and what it has said. */
async function startChild(...args: string[]): Promise<{ child: ChildProcess; lines: string[] }> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout! });
  output.on("line", (line) => lines.push(line));
  await once(output, "line");
  return { child, lines };
}

/** Ends the process as a crash does, and waits until it has gone and all that it said has arrived. */
async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

describe("a process that is killed", () => {
  test("loses no acknowledged commit, and what it leaves is a prefix of what it committed", () =>
    withDirectory(async (path) => {
      const random = new Random(SEED);
      let next = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const { child, lines } = await startChild(path, String(next));
        await sleep(random.below(LONGEST_ROUND_MS));
        await kill(child);
        const acknowledged = lines.slice(1).map(Number);

        const store = await openSqliteStore({ path });
        const { journals, keys } = await load(store, { journals: [1], keys: [keyRef("k")] });
        await store.close();
        const indexes = journals[0]!.map(({ index }) => index);
        assert.deepEqual(indexes, [...indexes.keys()], "the journal has no gap");
        const last = indexes.at(-1) ?? -1;
        const acknowledgedLast = acknowledged.at(-1) ?? -1;
        assert.ok(
          last >= acknowledgedLast,
          `commit ${acknowledgedLast} was acknowledged, ${last} is the last that is there`,
        );
        const state = keys[0]!.state.map(({ value }) => Number(Buffer.from(value).toString()));
        assert.deepEqual(state, last < 0 ? [] : [last], "the last batch is there as a whole");
        next = last + 1;
      }
      assert.ok(next > ROUNDS, "the processes got to commit");
    }));

  test("keeps others out of its data directory while it lives, and no longer", () =>
    withDirectory(async (path) => {
      const { child } = await startChild(path);
      await assert.rejects(openSqliteStore({ path }), { kind: "locked" });
      await kill(child);
      const store = await openSqliteStore({ path });
      await store.commit(batch({}));
      const late = spawn(process.execPath, [CHILD, path], { stdio: ["ignore", "ignore", "pipe"] });
      let complaint = "";
      late.stderr.on("data", (chunk) => {
        complaint += chunk;
      });
      const [code] = await once(late, "close");
      assert.notEqual(code, 0);
      assert.match(complaint, /in use by another process/);
      await store.close();
    }));
});
