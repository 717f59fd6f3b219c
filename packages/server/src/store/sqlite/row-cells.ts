import type { DocumentRow, JournalRow, KeyRef, OutboxRow, PromiseRow, StateRow, TimerRow } from "../store.js";
import type { CellReader, CellWriter } from "./cells.js";

/* Cells of all rows but invocations, each in the order of its table in columns.ts. */

export function writeJournalRow(writer: CellWriter, row: JournalRow): void {
  writer.cells.push(row.num, row.index, row.type, writer.blob(row.payload), row.appendedAt);
}

export function readJournalRow(reader: CellReader): JournalRow {
  return {
    num: reader.number(),
    index: reader.number(),
    type: reader.number(),
    payload: reader.blob()!,
    appendedAt: reader.number(),
  };
}

export function writeKey(writer: CellWriter, ref: KeyRef): void {
  writer.cells.push(ref.partition, ref.service, ref.key);
}

/** A key and a name within it. */
export function writeName(writer: CellWriter, ref: KeyRef & { readonly name: string }): void {
  writer.cells.push(ref.partition, ref.service, ref.key, ref.name);
}

export function writeStateRow(writer: CellWriter, row: StateRow): void {
  writeName(writer, row);
  writer.cells.push(writer.blob(row.value));
}

export function writePromiseRow(writer: CellWriter, row: PromiseRow): void {
  writeName(writer, row);
  writer.cells.push(row.outcomeKind, writer.blob(row.outcome), row.waiters);
}

export function readPromiseRow(reader: CellReader): PromiseRow {
  return {
    partition: reader.number(),
    service: reader.string(),
    key: reader.string(),
    name: reader.string(),
    outcomeKind: reader.numberOrNull() as PromiseRow["outcomeKind"],
    outcome: reader.blob(),
    waiters: reader.stringOrNull(),
  };
}

export function writeTimerRow(writer: CellWriter, row: TimerRow): void {
  writer.cells.push(row.partition, row.at, row.num, row.completionId);
}

export function readTimerRow(reader: CellReader): TimerRow {
  return {
    partition: reader.number(),
    at: reader.number(),
    num: reader.number(),
    completionId: reader.number(),
  };
}

export function writeOutboxRow(writer: CellWriter, row: OutboxRow): void {
  writer.cells.push(row.partition, row.seq, writer.blob(row.message));
}

export function readOutboxRow(reader: CellReader): OutboxRow {
  return { partition: reader.number(), seq: reader.number(), message: reader.blob()! };
}

export function writeDocumentRow(writer: CellWriter, row: DocumentRow): void {
  writer.cells.push(row.kind, row.id, row.json);
}

export function readDocumentRow(reader: CellReader): DocumentRow {
  return { kind: reader.string() as DocumentRow["kind"], id: reader.string(), json: reader.string() };
}
