import type {
  Batch,
  InvocationRow,
  JournalEventRow,
  Loaded,
  LoadRequest,
  Recovered,
  Store,
  TimerRow,
} from "../store.js";
import { writeBatch } from "./batch-cells.js";
import { CellReader, CellWriter, transferOf } from "./cells.js";
import { readExpired, readJournalEvents, readLoaded, readRecovered, readTimers } from "./read-answers.js";
import {
  expiredRequest,
  journalEventsRequest,
  loadRequest,
  type ReadRequest,
  recoverRequest,
  timersRequest,
} from "./read-requests.js";
import { StoreThread } from "./store-thread.js";
import type { OpenQuestion } from "./thread-messages.js";

export interface SqliteStoreOptions {
  /** The data directory. It is made if it does not exist. Holds `pawl.db`, its log files and `pawl.lock`. */
  readonly path: string;
}

/**
 * Opens the embedded store: SQLite in two threads of its own, one that writes and one that reads.
 *
 * How many batches are outstanding is bounded by the caller, by what it awaits. The threads keep the process alive until the
 * store is closed.
 *
 * @throws StoreError `locked`, `newer-schema`, `corrupt`, `io`
 */
export async function openSqliteStore({ path }: SqliteStoreOptions): Promise<Store> {
  const open: OpenQuestion = { open: { directory: path } };
  const writer = new StoreThread(new URL("./writer-thread.js", import.meta.url), "pawl-store-writer");
  const reader = new StoreThread(new URL("./reader-thread.js", import.meta.url), "pawl-store-reader");
  const store = new SqliteStore(writer, reader);
  try {
    await writer.ask(open);
    await reader.ask(open);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class SqliteStore implements Store {
  readonly #writer: StoreThread;
  readonly #reader: StoreThread;
  readonly #cells = new CellWriter();

  constructor(writer: StoreThread, reader: StoreThread) {
    this.#writer = writer;
    this.#reader = reader;
    // Half a store is none.
    writer.onFailure = (error) => reader.fail(error);
    reader.onFailure = (error) => writer.fail(error);
  }

  async commit(batch: Batch): Promise<void> {
    const packed = this.#cells.message((cells) => writeBatch(cells, batch));
    await this.#writer.ask(packed, transferOf(packed));
  }

  async recover(): Promise<Recovered> {
    return readRecovered(await this.#read(recoverRequest(this.#cells)));
  }

  async load(request: LoadRequest): Promise<Loaded> {
    return readLoaded(request, await this.#read(loadRequest(this.#cells, request)));
  }

  async timers(partition: number, until: number, limit: number, after?: TimerRow): Promise<TimerRow[]> {
    return readTimers(await this.#read(timersRequest(this.#cells, partition, until, limit, after)));
  }

  async journalEvents(num: number): Promise<JournalEventRow[]> {
    return readJournalEvents(await this.#read(journalEventsRequest(this.#cells, num)));
  }

  async expired(partition: number, now: number, limit: number): Promise<InvocationRow[]> {
    return readExpired(await this.#read(expiredRequest(this.#cells, partition, now, limit)));
  }

  async close(): Promise<void> {
    // The writer ends last: only without readers it can fold the whole log into the database.
    await this.#writer.close(this.#reader.close());
  }

  async #read(request: ReadRequest): Promise<CellReader> {
    return new CellReader((await this.#reader.ask(request))!);
  }
}
