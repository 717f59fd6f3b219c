import type { InvocationProgress, InvocationRow, InvocationUpdate } from "../store.js";
import type { CellReader, CellWriter } from "./cells.js";

/* Cells in the order of `invocationColumns`. */

export function writeInvocation(writer: CellWriter, row: InvocationRow): void {
  writer.number(row.num);
  writer.number(row.partition);
  writer.text(row.id);
  writer.text(row.service);
  writer.text(row.handler);
  writer.text(row.key);
  writer.number(row.kind);
  writer.text(row.idempotencyKey);
  writer.number(row.invokedBy);
  writer.text(row.invokedById);
  writer.text(row.invokedByTarget);
  writer.number(row.createdAt);
  writer.number(row.scheduledFor);
  writer.text(row.traceparent);
  writer.text(row.tracestate);
  writeProgress(writer, row);
}

export function writeInvocationUpdate(writer: CellWriter, update: InvocationUpdate): void {
  writeProgress(writer, update);
  writer.number(update.num);
}

function writeProgress(writer: CellWriter, progress: InvocationProgress): void {
  writer.number(progress.status);
  writer.number(progress.modifiedAt);
  writer.number(progress.inboxedAt);
  writer.number(progress.runningAt);
  writer.number(progress.completedAt);
  writer.number(progress.inboxSeq);
  writer.text(progress.deployment);
  writer.number(progress.protocolVersion);
  writer.number(progress.journalLength);
  writer.number(progress.commandCount);
  writer.number(progress.completionRetention);
  writer.number(progress.journalRetention);
  writer.blob(progress.awaiting);
  writer.text(progress.waiters);
  writer.number(progress.outcomeKind);
  writer.blob(progress.outcome);
  writer.number(progress.purgeAt);
}

export function readInvocation(reader: CellReader): InvocationRow {
  return {
    num: reader.number(),
    partition: reader.number(),
    id: reader.text(),
    service: reader.text(),
    handler: reader.text(),
    key: reader.textOrNull(),
    kind: reader.number() as InvocationRow["kind"],
    idempotencyKey: reader.textOrNull(),
    invokedBy: reader.number() as InvocationRow["invokedBy"],
    invokedById: reader.textOrNull(),
    invokedByTarget: reader.textOrNull(),
    createdAt: reader.number(),
    scheduledFor: reader.numberOrNull(),
    traceparent: reader.textOrNull(),
    tracestate: reader.textOrNull(),
    status: reader.number() as InvocationRow["status"],
    modifiedAt: reader.number(),
    inboxedAt: reader.numberOrNull(),
    runningAt: reader.numberOrNull(),
    completedAt: reader.numberOrNull(),
    inboxSeq: reader.numberOrNull(),
    deployment: reader.textOrNull(),
    protocolVersion: reader.numberOrNull(),
    journalLength: reader.number(),
    commandCount: reader.number(),
    completionRetention: reader.number(),
    journalRetention: reader.number(),
    awaiting: reader.blobOrNull(),
    waiters: reader.textOrNull(),
    outcomeKind: reader.numberOrNull() as InvocationRow["outcomeKind"],
    outcome: reader.blobOrNull(),
    purgeAt: reader.numberOrNull(),
  };
}
