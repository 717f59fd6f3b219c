import { Worker } from "node:worker_threads";
import { StoreError } from "../errors.js";
import type { Packed } from "./cells.js";
import { CLOSE, type ThreadFailure, type ThreadReply } from "./thread-messages.js";

interface Question {
  resolve(answer: Packed | undefined): void;
  reject(error: StoreError): void;
}

/** A thread of the store as the event loop's thread sees it: questions are answered in their order. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #open: Question[] = [];
  readonly #ended: Promise<void>;
  #failure: StoreError | undefined;
  #closing = false;

  /** Called once, when the thread can answer no more. */
  onFailure: (error: StoreError) => void = () => {};

  constructor(entry: URL, name: string) {
    this.#name = name;
    this.#worker = new Worker(entry, { name });
    this.#worker.on("message", (reply: ThreadReply) => this.#take(reply));
    this.#worker.on("error", (cause) => this.fail(this.#died(cause)));
    this.#worker.on("messageerror", (cause) => this.fail(this.#died(cause)));
    this.#ended = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        if (!this.#closing || this.#open.length > 0) this.fail(this.#died(new Error(`exit code ${code}`)));
        resolve();
      });
    });
  }

  /** Posts a question at once. */
  ask(question: unknown, transfer: ArrayBuffer[] = []): Promise<Packed | undefined> {
    const failure =
      this.#failure ?? (this.#closing ? new StoreError("closed", "The store is closed.") : undefined);
    if (failure !== undefined) return Promise.reject(failure);
    this.#worker.postMessage(question, transfer);
    return new Promise((resolve, reject) => {
      this.#open.push({ resolve, reject });
    });
  }

  /** Refuses questions from now on. Ends the thread once it has answered the open ones and `other` has ended. */
  close(other: Promise<void> = Promise.resolve()): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      void other.then(() => this.#worker.postMessage(CLOSE));
    }
    return this.#ended;
  }

  /** Rejects every open and later question. */
  fail(error: StoreError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const question of this.#open.splice(0)) question.reject(error);
    this.onFailure(error);
  }

  #take(reply: ThreadReply): void {
    if ("done" in reply) {
      for (let done = reply.done; done > 0; done--) this.#open.shift()?.resolve(undefined);
    } else if ("answer" in reply) {
      this.#open.shift()?.resolve(reply.answer);
    } else {
      this.#takeFailure(reply.failure);
    }
  }

  #takeFailure({ kind, message, fatal }: ThreadFailure): void {
    const error = new StoreError(kind, message);
    if (fatal) this.fail(error);
    else this.#open.shift()?.reject(error);
  }

  #died(cause: Error): StoreError {
    return new StoreError("thread", `The store's thread ${this.#name} died: ${cause.message}`, { cause });
  }
}
