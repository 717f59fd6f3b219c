import { tables } from "./0001-tables.js";
import { journalEvents } from "./0002-journal-events.js";
import { newestInvocations } from "./0003-newest-invocations.js";
import { tracestate } from "./0004-tracestate.js";

/** The SQL that leads from version n to n + 1, at place n. A released entry never changes. */
export const migrations: readonly string[] = [tables, journalEvents, newestInvocations, tracestate];
