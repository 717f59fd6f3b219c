import type { InvocationProgress, InvocationRow, InvocationUpdate } from "../store.js";
import type { CellReader, CellWriter } from "./cells.js";

/* Cells in the order of `invocationColumns`. */

export function writeInvocation(writer: CellWriter, row: InvocationRow): void {
  writer.cells.push(
    row.num,
    row.partition,
    row.id,
    row.service,
    row.handler,
    row.key,
    row.kind,
    row.idempotencyKey,
    row.invokedBy,
    row.invokedById,
    row.invokedByTarget,
    row.createdAt,
    row.scheduledFor,
    row.traceparent,
  );
  writeProgress(writer, row);
}

export function writeInvocationUpdate(writer: CellWriter, update: InvocationUpdate): void {
  writeProgress(writer, update);
  writer.cells.push(update.num);
}

function writeProgress(writer: CellWriter, progress: InvocationProgress): void {
  writer.cells.push(
    progress.status,
    progress.modifiedAt,
    progress.inboxedAt,
    progress.runningAt,
    progress.completedAt,
    progress.inboxSeq,
    progress.deployment,
    progress.protocolVersion,
    progress.journalLength,
    progress.commandCount,
    progress.completionRetention,
    progress.journalRetention,
    writer.blob(progress.awaiting),
    progress.waiters,
    progress.outcomeKind,
    writer.blob(progress.outcome),
    progress.purgeAt,
  );
}

export function readInvocation(reader: CellReader): InvocationRow {
  return {
    num: reader.number(),
    partition: reader.number(),
    id: reader.string(),
    service: reader.string(),
    handler: reader.string(),
    key: reader.stringOrNull(),
    kind: reader.number() as InvocationRow["kind"],
    idempotencyKey: reader.stringOrNull(),
    invokedBy: reader.number() as InvocationRow["invokedBy"],
    invokedById: reader.stringOrNull(),
    invokedByTarget: reader.stringOrNull(),
    createdAt: reader.number(),
    scheduledFor: reader.numberOrNull(),
    traceparent: reader.stringOrNull(),
    status: reader.number() as InvocationRow["status"],
    modifiedAt: reader.number(),
    inboxedAt: reader.numberOrNull(),
    runningAt: reader.numberOrNull(),
    completedAt: reader.numberOrNull(),
    inboxSeq: reader.numberOrNull(),
    deployment: reader.stringOrNull(),
    protocolVersion: reader.numberOrNull(),
    journalLength: reader.number(),
    commandCount: reader.number(),
    completionRetention: reader.number(),
    journalRetention: reader.number(),
    awaiting: reader.blob(),
    waiters: reader.stringOrNull(),
    outcomeKind: reader.numberOrNull() as InvocationRow["outcomeKind"],
    outcome: reader.blob(),
    purgeAt: reader.numberOrNull(),
  };
}
