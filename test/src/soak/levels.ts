import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";

/** What one server holds at a moment. */
export interface Levels {
  /** Bytes of memory of the server process. */
  readonly serverRss: number;
  readonly endpointRss: number;
  /** Bytes of the database file that hold something, and of the whole file with its log. */
  readonly storeUsed: number;
  readonly storeFile: number;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Tables that are empty once every invocation is over and its retention has passed. */
const MOVING = ["invocations", "journal", "timers", "outbox", "promises"] as const;
const KEPT = ["keyed_state", "documents"] as const;

export function readLevels(directory: string, serverPid: number, endpointPid: number): Levels {
  const file = join(directory, "pawl.db");
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const pragma = (name: string): number =>
      Number(Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0]);
    const count = (table: string): number =>
      Number((database.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n);
    return {
      serverRss: readRss(serverPid),
      endpointRss: readRss(endpointPid),
      storeUsed: (pragma("page_count") - pragma("freelist_count")) * pragma("page_size"),
      storeFile: statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0),
      rows: Object.fromEntries([...MOVING, ...KEPT].map((table) => [table, count(table)])),
    };
  } finally {
    database.close();
  }
}

/** Whether nothing is left of any invocation. */
export function isQuiet(levels: Levels): boolean {
  return MOVING.every((table) => levels.rows[table] === 0);
}

function readRss(pid: number): number {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kib ?? 0) * 1024;
}
