import type {
  DocumentRow,
  JournalEventRow,
  JournalRow,
  KeyRef,
  OutboxRow,
  PromiseRow,
  StateRow,
  TimerRow,
} from "../store.js";
import type { CellReader, CellWriter } from "./cells.js";

/* Cells of all rows but invocations, each in the order of its table in columns.ts. */

export function writeJournalRow(writer: CellWriter, row: JournalRow): void {
  writer.number(row.num);
  writer.number(row.index);
  writer.number(row.type);
  writer.blob(row.payload);
  writer.number(row.appendedAt);
}

export function readJournalRow(reader: CellReader): JournalRow {
  return {
    num: reader.number(),
    index: reader.number(),
    type: reader.number(),
    payload: reader.blob(),
    appendedAt: reader.number(),
  };
}

export function writeJournalEventRow(writer: CellWriter, row: JournalEventRow): void {
  writer.number(row.num);
  writer.number(row.afterEntryIndex);
  writer.number(row.appendedAt);
  writer.text(row.type);
  writer.text(row.json);
}

export function readJournalEventRow(reader: CellReader): JournalEventRow {
  return {
    num: reader.number(),
    afterEntryIndex: reader.number(),
    appendedAt: reader.number(),
    type: reader.text(),
    json: reader.text(),
  };
}

export function writeKey(writer: CellWriter, ref: KeyRef): void {
  writer.number(ref.partition);
  writer.text(ref.service);
  writer.text(ref.key);
}

/** A key and a name within it. */
export function writeName(writer: CellWriter, ref: KeyRef & { readonly name: string }): void {
  writeKey(writer, ref);
  writer.text(ref.name);
}

export function writeStateRow(writer: CellWriter, row: StateRow): void {
  writeName(writer, row);
  writer.blob(row.value);
}

export function writePromiseRow(writer: CellWriter, row: PromiseRow): void {
  writeName(writer, row);
  writer.number(row.outcomeKind);
  writer.blob(row.outcome);
  writer.text(row.waiters);
}

export function readPromiseRow(reader: CellReader): PromiseRow {
  return {
    partition: reader.number(),
    service: reader.text(),
    key: reader.text(),
    name: reader.text(),
    outcomeKind: reader.numberOrNull() as PromiseRow["outcomeKind"],
    outcome: reader.blobOrNull(),
    waiters: reader.textOrNull(),
  };
}

export function writeTimerRow(writer: CellWriter, row: TimerRow): void {
  writer.number(row.partition);
  writer.number(row.at);
  writer.number(row.num);
  writer.number(row.completionId);
}

export function readTimerRow(reader: CellReader): TimerRow {
  return {
    partition: reader.number(),
    at: reader.number(),
    num: reader.number(),
    completionId: reader.number(),
  };
}

/** What names an outbox row. */
export function writeOutboxPlace(writer: CellWriter, row: Pick<OutboxRow, "partition" | "seq">): void {
  writer.number(row.partition);
  writer.number(row.seq);
}

export function writeOutboxRow(writer: CellWriter, row: OutboxRow): void {
  writeOutboxPlace(writer, row);
  writer.blob(row.message);
}

export function readOutboxRow(reader: CellReader): OutboxRow {
  return { partition: reader.number(), seq: reader.number(), message: reader.blob() };
}

/** What names a document. */
export function writeDocumentPlace(writer: CellWriter, row: Pick<DocumentRow, "kind" | "id">): void {
  writer.text(row.kind);
  writer.text(row.id);
}

export function writeDocumentRow(writer: CellWriter, row: DocumentRow): void {
  writeDocumentPlace(writer, row);
  writer.text(row.json);
}

export function readDocumentRow(reader: CellReader): DocumentRow {
  return { kind: reader.text() as DocumentRow["kind"], id: reader.text(), json: reader.text() };
}
