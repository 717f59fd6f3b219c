import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { type Batch, MAX_JOURNAL_EVENTS } from "../store.js";
import { batchOrder } from "./batch-cells.js";
import { BoundStatement, type RowSql } from "./bound-statement.js";
import type { CellReader } from "./cells.js";
import {
  type Column,
  documentColumns,
  invocationColumns,
  invocationProgressColumns,
  journalColumns,
  journalEventColumns,
  keyColumns,
  keyedStateColumns,
  outboxColumns,
  promiseColumns,
  timerColumns,
} from "./columns.js";
import { assignments, insertInto, whereEqual } from "./sql-text.js";

interface Change {
  /** The cells of one row, which each statement binds. */
  readonly columns: readonly Column[];
  readonly statements: readonly RowSql[];
}

const numColumn = invocationColumns.slice(0, 1);
const stateNameColumns = keyedStateColumns.slice(0, 4);
const outboxKeyColumns = outboxColumns.slice(0, 2);
const documentKeyColumns = documentColumns.slice(0, 2);

const deleteJournal = ["DELETE FROM journal WHERE num = ?", "DELETE FROM journal_events WHERE num = ?"];

const changes: { readonly [List in keyof Batch]: Change } = {
  invocationDeletes: {
    columns: numColumn,
    statements: ["DELETE FROM invocations WHERE num = ?", ...deleteJournal],
  },
  journalDeletes: { columns: numColumn, statements: deleteJournal },
  invocationInserts: {
    columns: invocationColumns,
    statements: [insertInto("invocations", invocationColumns)],
  },
  invocationUpdates: {
    columns: [...invocationProgressColumns, ...numColumn],
    statements: [`UPDATE invocations SET ${assignments(invocationProgressColumns)} WHERE num = ?`],
  },
  journalAppends: { columns: journalColumns, statements: [insertInto("journal", journalColumns)] },
  journalEvents: {
    columns: journalEventColumns,
    statements: [
      insertInto("journal_events", journalEventColumns),
      {
        sql: `DELETE FROM journal_events WHERE num = ?1 AND seq <=
              (SELECT seq FROM journal_events WHERE num = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ${MAX_JOURNAL_EVENTS})`,
        cells: 1,
      },
    ],
  },
  stateClears: {
    columns: keyColumns,
    statements: [`DELETE FROM keyed_state WHERE ${whereEqual(keyColumns)}`],
  },
  stateDeletes: {
    columns: stateNameColumns,
    statements: [`DELETE FROM keyed_state WHERE ${whereEqual(stateNameColumns)}`],
  },
  statePuts: {
    columns: keyedStateColumns,
    statements: [
      `${insertInto("keyed_state", keyedStateColumns)}
       ON CONFLICT (partition, service, key, name) DO UPDATE SET value = excluded.value`,
    ],
  },
  promiseClears: {
    columns: keyColumns,
    statements: [`DELETE FROM promises WHERE ${whereEqual(keyColumns)}`],
  },
  promisePuts: {
    columns: promiseColumns,
    statements: [
      `${insertInto("promises", promiseColumns)}
       ON CONFLICT (partition, service, key, name) DO UPDATE
       SET outcome_kind = excluded.outcome_kind, outcome = excluded.outcome, waiters = excluded.waiters`,
    ],
  },
  timerDeletes: {
    columns: timerColumns,
    statements: [`DELETE FROM timers WHERE ${whereEqual(timerColumns)}`],
  },
  timerPuts: {
    columns: timerColumns,
    statements: [`${insertInto("timers", timerColumns)} ON CONFLICT DO NOTHING`],
  },
  outboxDeletes: {
    columns: outboxKeyColumns,
    statements: [`DELETE FROM outbox WHERE ${whereEqual(outboxKeyColumns)}`],
  },
  outboxPuts: {
    columns: outboxColumns,
    statements: [
      `${insertInto("outbox", outboxColumns)}
       ON CONFLICT (partition, seq) DO UPDATE SET message = excluded.message`,
    ],
  },
  documentDeletes: {
    columns: documentKeyColumns,
    statements: [`DELETE FROM documents WHERE ${whereEqual(documentKeyColumns)}`],
  },
  documentPuts: {
    columns: documentColumns,
    statements: [
      `${insertInto("documents", documentColumns)} ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json`,
    ],
  },
};

/** The prepared statements that apply a batch's cells. */
export class ChangeStatements {
  readonly #steps: readonly BoundStatement[];

  constructor(database: DatabaseSyncInstance) {
    this.#steps = batchOrder.map(
      (list) => new BoundStatement(database, changes[list].columns, changes[list].statements),
    );
  }

  /** Applies one batch to the open transaction. */
  apply(reader: CellReader): void {
    for (const step of this.#steps) {
      for (let rows = reader.number(); rows > 0; rows--) step.run(reader);
    }
  }
}
