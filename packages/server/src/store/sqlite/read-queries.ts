import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import type { CellReader, CellWriter } from "./cells.js";
import {
  type Column,
  documentColumns,
  invocationColumns,
  journalColumns,
  journalEventColumns,
  keyColumns,
  keyedStateColumns,
  outboxColumns,
  promiseColumns,
  timerColumns,
} from "./columns.js";
import { idBack, idFront } from "./migrations/0001-tables.js";
import type { ReadRequest } from "./read-requests.js";
import { readTimerRow } from "./row-cells.js";
import { RowQuery } from "./row-query.js";
import { whereEqual } from "./sql-text.js";

const nameAndValue = keyedStateColumns.slice(keyColumns.length);
const queueColumns = invocationColumns.filter(({ name }) =>
  ["num", "id", "status", "inbox_seq"].includes(name),
);

/** The prepared queries of the reading thread. Each answers a request with cells; `read-answers.ts` turns them into rows. */
export class ReadQueries {
  readonly #database: DatabaseSyncInstance;
  readonly #documents: RowQuery;
  readonly #running: RowQuery;
  readonly #outbox: RowQuery;
  readonly #invocationById: RowQuery;
  readonly #invocationByNum: RowQuery;
  readonly #journal: RowQuery;
  readonly #journalEvents: RowQuery;
  readonly #state: RowQuery;
  readonly #promises: RowQuery;
  readonly #queue: RowQuery;
  readonly #timers: RowQuery;
  readonly #expired: RowQuery;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
    const query = (columns: readonly Column[], from: string) => new RowQuery(database, columns, from);
    this.#documents = query(documentColumns, "FROM documents ORDER BY kind, id");
    this.#running = query(invocationColumns, "FROM invocations WHERE status = 2 ORDER BY num");
    this.#outbox = query(outboxColumns, "FROM outbox ORDER BY partition, seq");
    this.#invocationById = query(
      invocationColumns,
      `FROM invocations WHERE ${idBack("id")} = ${idBack("?1")}
       AND ${idFront("id")} = ${idFront("?1")}`,
    );
    this.#invocationByNum = query(invocationColumns, "FROM invocations WHERE num = ?");
    this.#journal = query(journalColumns, "FROM journal WHERE num = ? ORDER BY entry_index");
    this.#journalEvents = query(journalEventColumns, "FROM journal_events WHERE num = ? ORDER BY seq");
    this.#state = query(nameAndValue, `FROM keyed_state WHERE ${whereEqual(keyColumns)} ORDER BY name`);
    this.#promises = query(promiseColumns, `FROM promises WHERE ${whereEqual(keyColumns)} ORDER BY name`);
    this.#queue = query(
      queueColumns,
      `FROM invocations WHERE ${whereEqual(keyColumns)} AND inbox_seq IS NOT NULL ORDER BY inbox_seq`,
    );
    this.#timers = query(
      timerColumns,
      `FROM timers WHERE partition = ? AND at <= ? AND (at, num, completion_id) > (?, ?, ?)
       ORDER BY at, num, completion_id LIMIT ?`,
    );
    this.#expired = query(
      invocationColumns,
      "FROM invocations WHERE partition = ? AND purge_at <= ? AND status = 5 ORDER BY purge_at, num LIMIT ?",
    );
  }

  /** Answers from one snapshot, which holds every commit that was durable when it began. */
  answer(read: ReadRequest["read"], parameters: CellReader, answer: CellWriter): void {
    this.#database.exec("BEGIN");
    try {
      this[read](parameters, answer);
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  recover(_: CellReader, answer: CellWriter): void {
    this.#documents.all(answer);
    this.#running.all(answer);
    this.#outbox.all(answer);
  }

  load(parameters: CellReader, answer: CellWriter): void {
    times(parameters.number(), () => this.#invocationById.all(answer, parameters.text()));
    times(parameters.number(), () => this.#invocationByNum.all(answer, parameters.number()));
    times(parameters.number(), () => this.#journal.all(answer, parameters.number()));
    times(parameters.number(), () => {
      const key = [parameters.number(), parameters.text(), parameters.text()] as const;
      this.#state.all(answer, ...key);
      this.#promises.all(answer, ...key);
      this.#queue.all(answer, ...key);
    });
  }

  timers(parameters: CellReader, answer: CellWriter): void {
    const until = parameters.number();
    const limit = parameters.number();
    const after = readTimerRow(parameters);
    this.#timers.all(answer, after.partition, until, after.at, after.num, after.completionId, limit);
  }

  journalEvents(parameters: CellReader, answer: CellWriter): void {
    this.#journalEvents.all(answer, parameters.number());
  }

  expired(parameters: CellReader, answer: CellWriter): void {
    this.#expired.all(answer, parameters.number(), parameters.number(), parameters.number());
  }
}

function times(count: number, action: () => void): void {
  for (let i = 0; i < count; i++) action();
}
