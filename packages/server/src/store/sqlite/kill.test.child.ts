import { writeSync } from "node:fs";
import { batch, journalRow, stateRow } from "../suite/rows.js";
import { openSqliteStore } from "./sqlite-store.js";

/*
 * The process that kill.test.ts kills: opens the store in argv[2] and says "open". Then, if argv[3] is given, it commits
 * batches from that number on, a few of them outstanding at a time, and says the number of each that has resolved.
 */

const OUTSTANDING = 3;
const STDOUT = 1;

const [, , directory, first] = process.argv;
const store = await openSqliteStore({ path: directory! });
writeSync(STDOUT, "open\n");

async function commitFrom(start: number): Promise<void> {
  for (let n = start; ; n += OUTSTANDING) {
    await store.commit(
      batch({ journalAppends: [journalRow(1, n)], statePuts: [stateRow("k", "last", String(n))] }),
    );
    writeSync(STDOUT, `${n}\n`);
  }
}

if (first !== undefined) {
  await Promise.all(Array.from({ length: OUTSTANDING }, (_, lane) => commitFrom(Number(first) + lane)));
}
