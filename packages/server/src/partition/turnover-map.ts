/** After so many removals the entries move to a new Map; with more entries, after as many removals as there are entries. */
const REMOVALS = 256;

/**
 * A Map whose entries come and go all the time.
 *
 * V8 replaces a Map's table by a new one after some additions and removals, and the old one goes on referring to the new one
 * and to what it held. Once a scavenge has moved one of them to the old generation, all later ones survive with it, and so do
 * the invocations in them, until a full collection: seven per cent of the event loop's time, in pauses of 10 to 30 ms. A Map
 * that is left before that has no such chain.
 */
export class TurnoverMap<K, V> implements Iterable<[K, V]> {
  #entries = new Map<K, V>();
  #removals = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  set(key: K, value: V): void {
    this.#entries.set(key, value);
  }

  delete(key: K): void {
    if (!this.#entries.delete(key) || ++this.#removals < Math.max(REMOVALS, this.#entries.size)) return;
    this.#removals = 0;
    this.#entries = new Map(this.#entries);
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  /** What is removed or added meanwhile may be seen or not. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries.entries();
  }
}
