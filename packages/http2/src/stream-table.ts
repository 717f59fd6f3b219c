/** A power of two. */
const FIRST_SLOTS = 64;
/** The golden ratio in 32 bits: spreads ids that follow each other. */
const MULTIPLIER = 0x9e3779b1;

/**
 * Open streams by id; a hash table with linear probing, never more than half full.
 *
 * A Map would do, but for one thing: V8 replaces a Map's table by a new one after some additions and removals, and the old one
 * goes on referring to the new one and to what it held. Once a scavenge has moved one of them to the old generation, all later
 * ones survive with it, and so does all that belongs to their streams, until a full collection: half of an endpoint's time.
 */
export class StreamTable<S extends { readonly id: number }> {
  size = 0;
  #slots: (S | undefined)[] = new Array(FIRST_SLOTS).fill(undefined);
  #mask = FIRST_SLOTS - 1;

  get(id: number): S | undefined {
    return this.#slots[this.#find(id)];
  }

  /** The stream must not be in the table. */
  add(stream: S): void {
    if (2 * ++this.size > this.#slots.length) this.#grow();
    this.#slots[this.#find(stream.id)] = stream;
  }

  delete(id: number): void {
    const slots = this.#slots;
    let hole = this.#find(id);
    if (slots[hole] === undefined) return;
    this.size--;
    slots[hole] = undefined;
    // What stands behind, up to the next free slot, moves up if it would not be found any more.
    for (let at = (hole + 1) & this.#mask; slots[at] !== undefined; at = (at + 1) & this.#mask) {
      const distance = (at - this.#home(slots[at]!.id)) & this.#mask;
      if (distance < ((at - hole) & this.#mask)) continue;
      slots[hole] = slots[at];
      slots[at] = undefined;
      hole = at;
    }
  }

  /** Those of now, whatever happens to the table then. */
  values(): S[] {
    return this.#slots.filter((stream) => stream !== undefined);
  }

  /** Where the id is, or would be. */
  #find(id: number): number {
    const slots = this.#slots;
    let at = this.#home(id);
    while (slots[at] !== undefined && slots[at]!.id !== id) at = (at + 1) & this.#mask;
    return at;
  }

  #home(id: number): number {
    return (Math.imul(id, MULTIPLIER) >>> 12) & this.#mask;
  }

  #grow(): void {
    const streams = this.values();
    const count = 2 * this.#slots.length;
    this.#slots = new Array(count).fill(undefined);
    this.#mask = count - 1;
    for (const stream of streams) this.#slots[this.#find(stream.id)] = stream;
  }
}
