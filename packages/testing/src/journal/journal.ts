import { isCommand } from "@pawl/protocol";
import { lineOf } from "./line.js";
import { fromReadable, type RawEntry, type ReadableEntry, toReadable } from "./readable.js";

/** A journal as JSON, for a file beside a test. */
export interface RecordedJournal {
  readonly format: 1;
  readonly invocationId: string;
  readonly service: string;
  readonly handler: string;
  /** null for unkeyed services. */
  readonly key: string | null;
  readonly idempotencyKey: string | null;
  readonly protocolVersion: number;
  readonly entries: readonly ReadableEntry[];
}

const FORMAT = 1;

/** What an invocation has done, in the order in which it became known. */
export class Journal {
  readonly #recorded: RecordedJournal;
  readonly raw: readonly RawEntry[];

  /** @throws TypeError when it is not what `toJSON` gave */
  constructor(recorded: RecordedJournal) {
    if (recorded.format !== FORMAT || !Array.isArray(recorded.entries)) {
      throw new TypeError(`this is no recorded journal of format ${FORMAT}: record it again`);
    }
    this.#recorded = recorded;
    this.raw = recorded.entries.map(fromReadable);
  }

  static of(about: Omit<RecordedJournal, "format" | "entries">, raw: readonly RawEntry[]): Journal {
    return new Journal({ format: FORMAT, ...about, entries: raw.map(toReadable) });
  }

  get invocationId(): string {
    return this.#recorded.invocationId;
  }

  /** Every entry as it is, for assertions on single fields. */
  get entries(): readonly ReadableEntry[] {
    return this.#recorded.entries;
  }

  /** Every entry as a line: `Run 'charge'`, `RunCompletion 1 = "ok"`, ... */
  lines(): string[] {
    return this.entries.map(lineOf);
  }

  /** What the handler did, without what it was answered: command 0 is its input. */
  commands(): string[] {
    return this.entries.filter((_, i) => isCommand(this.raw[i]!.type)).map(lineOf);
  }

  toJSON(): RecordedJournal {
    return this.#recorded;
  }
}
