import type { StateEntry } from "@pawl/protocol";

/** What the local view says about a key: its value, that there is none, or that only the server knows. */
export type EagerValue = Uint8Array | "absent" | "unknown";

/** The state that came with Start, kept in step with what the handler sets and clears. */
export class EagerState {
  readonly #values = new Map<string, Uint8Array | undefined>();
  #partial: boolean;

  constructor(entries: readonly StateEntry[], partial: boolean) {
    this.#partial = partial;
    for (const entry of entries) this.#values.set(entry.key, entry.value);
  }

  get(key: string): EagerValue {
    const value = this.#values.get(key);
    if (value !== undefined) return value;
    return this.#partial && !this.#values.has(key) ? "unknown" : "absent";
  }

  /** All keys in code unit order; undefined when the view is partial. */
  keys(): string[] | undefined {
    if (this.#partial) return undefined;
    const keys: string[] = [];
    for (const [key, value] of this.#values) if (value !== undefined) keys.push(key);
    return keys.sort();
  }

  set(key: string, value: Uint8Array): void {
    this.#values.set(key, value);
  }

  clear(key: string): void {
    this.#values.set(key, undefined);
  }

  clearAll(): void {
    this.#values.clear();
    this.#partial = false;
  }
}
