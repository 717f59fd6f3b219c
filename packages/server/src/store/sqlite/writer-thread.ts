import { type MessagePort, parentPort, receiveMessageOnPort } from "node:worker_threads";
import type { Packed } from "./cells.js";
import { asStoreError } from "./sqlite-errors.js";
import { CLOSE, type OpenQuestion, type ThreadReply } from "./thread-messages.js";
import { Writer } from "./writer.js";

/* Entry point of the thread that writes. After `open`, each question is a batch, and it is done when it is durable. */

type WriterMessage = OpenQuestion | Packed | typeof CLOSE;

/** Batches that wait together go into one transaction, up to this many: the first of them waits for the last. */
const GROUP_MAX = 64;

class WriterThread {
  readonly #port: MessagePort;
  #writer: Writer | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (message: WriterMessage) => this.#take(message));
  }

  #take(message: WriterMessage): void {
    if (message === CLOSE) this.#close();
    else if ("open" in message) this.#open(message.open.directory);
    else this.#commit(message);
  }

  #open(directory: string): void {
    try {
      this.#writer = new Writer(directory);
      this.#say({ done: 1 });
    } catch (error) {
      this.#fail(error, `Opening the store in ${directory}`);
    }
  }

  /** Commits the batch together with those that have arrived behind it. */
  #commit(first: Packed): void {
    const group = [first];
    let next: WriterMessage | undefined;
    while (group.length < GROUP_MAX) {
      next = receiveMessageOnPort(this.#port)?.message as WriterMessage | undefined;
      if (next === undefined || next === CLOSE) break;
      group.push(next as Packed);
    }
    this.#commitGroup(group);
    if (next === CLOSE) this.#close();
  }

  #commitGroup(group: readonly Packed[]): void {
    if (this.#writer === undefined) return;
    const { durable, failure } = this.#writer.commit(group);
    if (durable > 0) this.#say({ done: durable });
    if (failure === undefined) return;
    this.#fail(failure, "Writing to the store");
    // Nothing may follow a batch that is missing.
    this.#close();
  }

  #close(): void {
    this.#writer?.close();
    this.#writer = undefined;
    this.#port.close();
  }

  #fail(error: unknown, doing: string): void {
    const { kind, message } = asStoreError(error, doing);
    this.#say({ failure: { kind, message, fatal: true } });
  }

  #say(reply: ThreadReply): void {
    this.#port.postMessage(reply);
  }
}

new WriterThread(parentPort!);
