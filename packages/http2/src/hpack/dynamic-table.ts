/** What an entry counts beside its name and value. Source: RFC 7541, section 4.1. */
export const ENTRY_OVERHEAD_BYTES = 32;

/** The fields that the peer has sent lately. Source: RFC 7541, sections 2.3.2 and 4. */
export class HpackDynamicTable {
  /** Changes whenever the table does. */
  generation = 0;
  /** Newest last. */
  readonly #names: string[] = [];
  readonly #values: string[] = [];
  #bytes = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#names.length;
  }

  /** @param index 0 for the newest */
  name(index: number): string {
    return this.#names[this.#names.length - 1 - index]!;
  }

  value(index: number): string {
    return this.#values[this.#values.length - 1 - index]!;
  }

  /** An entry larger than the table leaves it empty, which is no error. */
  add(name: string, value: string): void {
    const bytes = entryBytes(name, value);
    this.generation++;
    this.#evict(this.#maxBytes - bytes);
    if (bytes > this.#maxBytes) return;
    this.#names.push(name);
    this.#values.push(value);
    this.#bytes += bytes;
  }

  resize(maxBytes: number): void {
    this.generation++;
    this.#maxBytes = maxBytes;
    this.#evict(maxBytes);
  }

  #evict(maxBytes: number): void {
    while (this.#bytes > maxBytes && this.#names.length > 0) {
      this.#bytes -= entryBytes(this.#names.shift()!, this.#values.shift()!);
    }
  }
}

/** Strings are bytes as latin1. */
export function entryBytes(name: string, value: string): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}
