import { type MessagePort, parentPort } from "node:worker_threads";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { CellReader, CellWriter, transferOf } from "./cells.js";
import { openReader } from "./database.js";
import { ReadQueries } from "./read-queries.js";
import type { ReadRequest } from "./read-requests.js";
import { asStoreError } from "./sqlite-errors.js";
import { CLOSE, type OpenQuestion, type ThreadReply } from "./thread-messages.js";

/* Entry point of the thread that reads, on a connection of its own: a read never waits for a commit. */

type ReaderMessage = OpenQuestion | ReadRequest | typeof CLOSE;

class ReaderThread {
  readonly #port: MessagePort;
  readonly #cells = new CellWriter();
  #database: DatabaseSyncInstance | undefined;
  #queries: ReadQueries | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (message: ReaderMessage) => this.#take(message));
  }

  #take(message: ReaderMessage): void {
    if (message === CLOSE) this.#close();
    else if ("open" in message) this.#open(message.open.directory);
    else this.#answer(message);
  }

  #open(directory: string): void {
    try {
      this.#database = openReader(directory);
      this.#queries = new ReadQueries(this.#database);
      this.#say({ done: 1 });
    } catch (error) {
      this.#fail(error, true);
    }
  }

  #answer({ read, parameters }: ReadRequest): void {
    try {
      const answer = this.#cells.message((cells) => {
        this.#queries!.answer(read, new CellReader(parameters), cells);
      });
      this.#say({ answer }, transferOf(answer));
    } catch (error) {
      this.#fail(error, false);
    }
  }

  #close(): void {
    this.#database?.close();
    this.#port.close();
  }

  #fail(error: unknown, fatal: boolean): void {
    const { kind, message } = asStoreError(error, "Reading the store");
    this.#say({ failure: { kind, message, fatal } });
  }

  #say(reply: ThreadReply, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(reply, transfer);
  }
}

new ReaderThread(parentPort!);
