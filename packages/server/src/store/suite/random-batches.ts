import type { Batch, DocumentRow, InvocationRow, JournalRow, KeyRef, TimerRow } from "../store.js";
import type { Random } from "./random.js";
import { fullInvocation, journalEvent, keyRef, timer } from "./rows.js";

export const partitions = [0, 1];
export const keys: readonly KeyRef[] = ["", "a", "a\0", "ü/😀"].flatMap((key) =>
  partitions.map((partition) => keyRef(key, { partition })),
);
/** Times of timers and of purging are below this. */
export const LATEST = 50;

const names = ["", "n", "n\0n", "😀"];
/** Few ids, so that ids of deleted invocations come back. */
export const ids = Array.from({ length: 40 }, (_, n) => `inv_1partitionky${n}`);

/** Makes batches that a node could write: no number is used twice, no journal entry is written twice. */
export class RandomBatches {
  readonly #random: Random;
  readonly #alive = new Map<number, InvocationRow>();
  readonly #journalLengths = new Map<number, number>();
  /** Invocations have numbers below this. */
  nextNum = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Batch {
    const random = this.#random;
    const invocationDeletes = random.some(2, () => this.#anyNum(), String);
    for (const num of invocationDeletes) this.#alive.delete(num);
    const journalDeletes = random.some(1, () => this.#anyNum(), String);
    for (const num of [...invocationDeletes, ...journalDeletes]) this.#journalLengths.delete(num);
    const invocationInserts = this.#inserts();
    const journalAppends = Array.from({ length: random.below(6) }, () => this.#append());
    const byName = ({ partition, service, key, name }: KeyRef & { name: string }) =>
      JSON.stringify([partition, service, key, name]);
    const anyName = () => ({ ...random.pick(keys), name: random.pick(names) });
    return {
      invocationDeletes,
      journalDeletes,
      invocationInserts,
      invocationUpdates: random.some(
        4,
        () => this.#row(this.#anyNum(), "unused"),
        ({ num }) => String(num),
      ),
      journalAppends,
      journalEvents: Array.from({ length: random.below(3) }, () =>
        journalEvent(this.#anyNum(), String(random.below(1000))),
      ),
      stateClears: random.chance(20) ? [random.pick(keys)] : [],
      stateDeletes: random.some(3, anyName),
      statePuts: random.some(4, () => ({ ...anyName(), value: this.#bytes() }), byName),
      promiseClears: random.chance(20) ? [random.pick(keys)] : [],
      promisePuts: random.some(
        3,
        () => ({ ...anyName(), ...this.#outcome(), waiters: random.chance(50) ? "[]" : null }),
        byName,
      ),
      timerDeletes: random.some(4, () => this.#timer()),
      timerPuts: random.some(4, () => this.#timer()),
      outboxDeletes: random.some(2, () => this.#outboxPlace()),
      outboxPuts: random.some(
        2,
        () => ({ ...this.#outboxPlace(), message: this.#bytes() }),
        ({ partition, seq }) => `${partition} ${seq}`,
      ),
      documentDeletes: random.some(1, () => this.#documentPlace()),
      documentPuts: random.some(
        1,
        () => ({ ...this.#documentPlace(), json: String(random.below(100)) }),
        ({ kind, id }) => kind + id,
      ),
    };
  }

  #inserts(): InvocationRow[] {
    const taken = new Set([...this.#alive.values()].map(({ id }) => id));
    const rows: InvocationRow[] = [];
    for (let n = this.#random.below(4); n > 0; n--) {
      const id = this.#random.pick(ids);
      if (taken.has(id)) continue;
      taken.add(id);
      const row = this.#row(this.nextNum++, id);
      this.#alive.set(row.num, row);
      rows.push(row);
    }
    return rows;
  }

  #row(num: number, id: string): InvocationRow {
    const random = this.#random;
    return fullInvocation(num, {
      ...random.pick(keys),
      id,
      status: random.below(6) as InvocationRow["status"],
      inboxSeq: random.chance(50) ? num : null,
      purgeAt: random.chance(50) ? random.below(LATEST) : null,
      awaiting: random.chance(50) ? this.#bytes() : null,
      ...this.#outcome(),
    });
  }

  #append(): JournalRow {
    const num = this.#anyNum();
    const index = this.#journalLengths.get(num) ?? 0;
    this.#journalLengths.set(num, index + 1);
    return {
      num,
      index,
      type: this.#random.below(2000),
      payload: this.#bytes(),
      appendedAt: 1_700_000_000_000,
    };
  }

  /** Of an invocation that is there, or once was. */
  #anyNum(): number {
    const alive = [...this.#alive.keys()];
    return alive.length > 0 && this.#random.chance(80)
      ? this.#random.pick(alive)
      : this.#random.below(this.nextNum);
  }

  #outcome(): Pick<InvocationRow, "outcomeKind" | "outcome"> {
    return this.#random.chance(50)
      ? { outcomeKind: null, outcome: null }
      : { outcomeKind: this.#random.pick([1, 2]), outcome: this.#bytes() };
  }

  #timer(): TimerRow {
    const random = this.#random;
    return timer(random.below(LATEST), random.below(5), random.below(3), random.pick(partitions));
  }

  #outboxPlace(): { partition: number; seq: number } {
    return { partition: this.#random.pick(partitions), seq: this.#random.below(8) };
  }

  #documentPlace(): Pick<DocumentRow, "kind" | "id"> {
    return {
      kind: this.#random.pick(["deployment", "service", "meta"]),
      id: this.#random.pick(["", "x", "ü"]),
    };
  }

  /** Mostly small, some large enough to travel in a buffer of its own. */
  #bytes(): Uint8Array {
    const length = this.#random.chance(3) ? 20_000 : this.#random.below(40);
    return new Uint8Array(length).fill(this.#random.below(256));
  }
}
