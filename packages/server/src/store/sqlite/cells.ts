/*
 * How rows cross from one thread to another. Posting row objects, or views of buffers (a clone of a view copies the whole
 * buffer behind it), costs far more than it needs to. So rows become one flat list of cells and one packed buffer: a blob's
 * cell is its length, its bytes lie in the buffer in the order of the cells.
 */

/** A number, text or null is its own cell, a blob's cell is its length. Bytes are a blob that came with its own buffer. */
export type Cell = number | string | null | Uint8Array<ArrayBuffer>;

export interface Packed {
  readonly cells: readonly Cell[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A blob of this size that already has a buffer of its own is handed over in it: nothing to copy, and a small neighbour that
 * stays in memory does not keep the large one there.
 */
const OWN_BUFFER_BYTES = 16 * 1024;

/** Collects cells. `cells` is open so that a whole row can be pushed in one call. */
export class CellWriter {
  readonly cells: Cell[] = [];
  readonly #blobs: Uint8Array[] = [];
  readonly #transfer: ArrayBuffer[] = [];
  #size = 0;

  /** The cell of a blob, to be pushed at once. The bytes are copied by `pack`. */
  blob(value: Uint8Array | null): Cell {
    if (value === null) return null;
    this.#blobs.push(value);
    this.#size += value.length;
    return value.length;
  }

  /** As `blob`, but takes over the buffer behind a large value: the caller must not use it any more. */
  ownBlob(value: Uint8Array<ArrayBuffer> | null): Cell {
    if (value === null || value.length < OWN_BUFFER_BYTES) return this.blob(value);
    this.#transfer.push(value.buffer);
    return value;
  }

  /** The message to post, and the buffers to transfer with it. */
  pack(): { readonly packed: Packed; readonly transfer: ArrayBuffer[] } {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const blob of this.#blobs) {
      bytes.set(blob, at);
      at += blob.length;
    }
    this.#transfer.push(bytes.buffer);
    return { packed: { cells: this.cells, bytes }, transfer: this.#transfer };
  }
}

/** Takes cells in the order in which they were written. */
export class CellReader {
  readonly #cells: readonly Cell[];
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #cellAt = 0;
  #byteAt = 0;

  constructor({ cells, bytes }: Packed) {
    this.#cells = cells;
    this.#bytes = bytes;
  }

  /** For a column that is never null. */
  number(): number {
    return this.#cells[this.#cellAt++] as number;
  }

  numberOrNull(): number | null {
    return this.#cells[this.#cellAt++] as number | null;
  }

  /** For a column that is never null. */
  string(): string {
    return this.#cells[this.#cellAt++] as string;
  }

  stringOrNull(): string | null {
    return this.#cells[this.#cellAt++] as string | null;
  }

  /** A view of the packed buffer, or of the blob's own. */
  blob(): Uint8Array | null {
    const cell = this.#cells[this.#cellAt++]!;
    return typeof cell === "number" ? this.slice(cell) : (cell as Uint8Array | null);
  }

  /** The next cells as they are: lengths stand for blobs, to be resolved by `slice` in their order. */
  take(count: number): Cell[] {
    const cells = this.#cells.slice(this.#cellAt, this.#cellAt + count);
    this.#cellAt += count;
    return cells;
  }

  /** The next bytes of the packed buffer, as a view of it. */
  slice(length: number): Uint8Array<ArrayBuffer> {
    const view = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#byteAt, length);
    this.#byteAt += length;
    return view;
  }
}
