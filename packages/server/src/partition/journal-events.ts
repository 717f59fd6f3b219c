import { messageName } from "@pawl/protocol";
import type { AttemptFailure, Invocation } from "./model.js";
import type { Partition } from "./partition.js";

/*
 * What happened to an invocation beside its journal, for people who look. JSON shapes: Restate 1.7 as observed, table
 * sys_journal_events, docs/compatibility.md. Suspensions have no event: they are frequent, and what a suspended invocation
 * waits for is in its row.
 */

/** An attempt failed. The same failure again is not worth another row. */
export function recordFailure(
  p: Partition,
  invocation: Invocation,
  failure: AttemptFailure,
  before: AttemptFailure | null,
): void {
  if (before === null || !isSame(before, failure))
    record(p, invocation, "TransientError", failureJson(failure));
}

/** @param failure of the last attempt, if it failed */
export function recordPaused(p: Partition, invocation: Invocation, failure: AttemptFailure | null): void {
  record(p, invocation, "Paused", failure === null ? {} : { last_failure: failureJson(failure) });
}

function record(
  p: Partition,
  { num, journalLength }: Invocation,
  type: "TransientError" | "Paused",
  content: object,
): void {
  p.turn.batch.appendJournalEvent({
    num,
    afterEntryIndex: journalLength - 1,
    appendedAt: p.now,
    type,
    json: JSON.stringify({ ty: type, ...content }),
  });
}

function isSame(a: AttemptFailure, b: AttemptFailure): boolean {
  return (
    a.code === b.code &&
    a.message === b.message &&
    a.docCode === b.docCode &&
    a.relatedCommandIndex === b.relatedCommandIndex
  );
}

/** Undefined fields are left away. */
function failureJson(failure: AttemptFailure): object {
  const { relatedCommandType: type } = failure;
  return {
    error_code: failure.code,
    error_message: failure.message,
    error_stacktrace: failure.stacktrace,
    restate_doc_error_code: failure.docCode,
    related_command_index: failure.relatedCommandIndex,
    related_command_name: failure.relatedCommandName,
    related_command_type: type === undefined ? undefined : messageName(type),
  };
}
