import { StoreError } from "../errors.js";
import type {
  Batch,
  InvocationRow,
  JournalEventRow,
  Loaded,
  LoadRequest,
  Recovered,
  TimerRow,
} from "../store.js";
import {
  type Backup,
  BackupInProgressError,
  type BackupStore,
  makeBackup,
  removeLeftBackups,
} from "./backup.js";
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
  /**
   * The data directory. It is made if it does not exist. Holds `pawl.db`, its log files and `pawl.lock`, and, while a backup
   * is made and read, the folder `backup`.
   */
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
export async function openSqliteStore({ path }: SqliteStoreOptions): Promise<BackupStore> {
  const open: OpenQuestion = { open: { directory: path } };
  const writer = new StoreThread(new URL("./writer-thread.js", import.meta.url), "pawl-store-writer");
  const reader = new StoreThread(new URL("./reader-thread.js", import.meta.url), "pawl-store-reader");
  const store = new SqliteStore(path, writer, reader);
  try {
    await writer.ask(open);
    removeLeftBackups(path);
    await reader.ask(open);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

class SqliteStore implements BackupStore {
  readonly #directory: string;
  readonly #writer: StoreThread;
  readonly #reader: StoreThread;
  readonly #cells = new CellWriter();
  #backup: Promise<Backup> | undefined;
  #isClosed = false;

  constructor(directory: string, writer: StoreThread, reader: StoreThread) {
    this.#directory = directory;
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

  async backup(): Promise<Backup> {
    if (this.#isClosed) throw new StoreError("closed", "The store is closed.");
    if (this.#backup !== undefined) throw new BackupInProgressError();
    const release = (): void => {
      this.#backup = undefined;
    };
    this.#backup = makeBackup(this.#directory, release);
    this.#backup.catch(release);
    return this.#backup;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // The writer ends last: only without readers it can fold the whole log into the database.
    const readers = Promise.all([this.#reader.close(), this.#endBackup()]);
    await this.#writer.close(readers.then(() => {}));
  }

  /** One that is being made cannot be stopped. */
  async #endBackup(): Promise<void> {
    const backup = await this.#backup?.catch(() => undefined);
    await backup?.remove();
  }

  async #read(request: ReadRequest): Promise<CellReader> {
    return new CellReader((await this.#reader.ask(request))!);
  }
}
