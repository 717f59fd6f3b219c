import type { Batch } from "../store.js";
import type { CellWriter } from "./cells.js";
import { writeInvocation, writeInvocationUpdate } from "./invocation-cells.js";
import {
  writeDocumentPlace,
  writeDocumentRow,
  writeJournalEventRow,
  writeJournalRow,
  writeKey,
  writeName,
  writeOutboxPlace,
  writeOutboxRow,
  writePromiseRow,
  writeStateRow,
  writeTimerRow,
} from "./row-cells.js";

/**
 * The order in which a batch's lists are written, and therefore applied: within each table deletes come before puts, and
 * what removes much before what removes little.
 */
export const batchOrder = [
  "invocationDeletes",
  "journalDeletes",
  "invocationInserts",
  "invocationUpdates",
  "journalAppends",
  "journalEvents",
  "stateClears",
  "stateDeletes",
  "statePuts",
  "promiseClears",
  "promisePuts",
  "timerDeletes",
  "timerPuts",
  "outboxDeletes",
  "outboxPuts",
  "documentDeletes",
  "documentPuts",
] as const satisfies readonly (keyof Batch)[];

type RowWriters = { readonly [List in keyof Batch]: (writer: CellWriter, row: Batch[List][number]) => void };

const writeNum = (writer: CellWriter, num: number) => writer.number(num);

const rowWriters: RowWriters = {
  invocationDeletes: writeNum,
  journalDeletes: writeNum,
  invocationInserts: writeInvocation,
  invocationUpdates: writeInvocationUpdate,
  journalAppends: writeJournalRow,
  journalEvents: writeJournalEventRow,
  stateClears: writeKey,
  stateDeletes: writeName,
  statePuts: writeStateRow,
  promiseClears: writeKey,
  promisePuts: writePromiseRow,
  timerDeletes: writeTimerRow,
  timerPuts: writeTimerRow,
  outboxDeletes: writeOutboxPlace,
  outboxPuts: writeOutboxRow,
  documentDeletes: writeDocumentPlace,
  documentPuts: writeDocumentRow,
};

/** A batch as cells: for each list in `batchOrder` the number of its rows, then the rows. */
export function writeBatch(writer: CellWriter, batch: Batch): void {
  for (const list of batchOrder) {
    writeList(writer, batch[list], rowWriters[list] as (writer: CellWriter, row: unknown) => void);
  }
}

function writeList<Row>(
  writer: CellWriter,
  rows: readonly Row[],
  write: (writer: CellWriter, row: Row) => void,
): void {
  writer.number(rows.length);
  for (const row of rows) write(writer, row);
}
