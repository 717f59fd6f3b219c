/*
 * How rows cross from one thread to another. Posting row objects costs several times what it needs to, and a view of a
 * buffer takes the whole buffer with it. So rows become cells, kept apart by type: numbers and bytes in one buffer that is
 * handed over, text in one list. Measured against one list for everything, against one buffer for everything and against
 * memory shared with Atomics.wait: none takes less time of the sending thread from 64 rows on.
 */

export interface Packed {
  readonly texts: readonly (string | null)[];
  /** Holds `numbers` numbers, then the bytes of the blobs one after the other. */
  readonly buffer: ArrayBuffer;
  readonly numbers: number;
  /** Blobs that came with a buffer of their own. */
  readonly own: readonly Uint8Array<ArrayBuffer>[];
}

/** What stands for null among the numbers: rows hold integers only. */
const NULL = Number.NaN;

/** Stands for the length of a blob that is among `own`. */
const OWN = -1;

/**
 * A blob of this size that already has a buffer of its own is handed over in it: nothing to copy, and a small neighbour that
 * stays in memory does not keep the large one there.
 */
const OWN_BUFFER_BYTES = 16 * 1024;

const FIRST_NUMBERS = 1024;

/** Makes one message after the other, and keeps its memory for numbers meanwhile. */
export class CellWriter {
  #numbers = new Float64Array(FIRST_NUMBERS);
  #numberCount = 0;
  #texts: (string | null)[] = [];
  #blobs: Uint8Array[] = [];
  #blobBytes = 0;
  #own: Uint8Array<ArrayBuffer>[] = [];

  number(value: number | null): void {
    if (this.#numberCount === this.#numbers.length) this.#grow();
    this.#numbers[this.#numberCount++] = value ?? NULL;
  }

  text(value: string | null): void {
    this.#texts.push(value);
  }

  /** The bytes are copied before `message` returns. */
  blob(value: Uint8Array | null): void {
    if (value === null) {
      this.number(null);
      return;
    }
    this.number(value.length);
    this.#blobs.push(value);
    this.#blobBytes += value.length;
  }

  /** As `blob`, but takes over the buffer behind a large value: the caller must not use it any more. */
  ownBlob(value: Uint8Array<ArrayBuffer> | null): void {
    if (value === null || value.length < OWN_BUFFER_BYTES) {
      this.blob(value);
      return;
    }
    this.number(OWN);
    this.#own.push(value);
  }

  /** The message that holds what `write` writes. To be posted with `transferOf` it. */
  message(write: (writer: this) => void): Packed {
    try {
      write(this);
      return { texts: this.#texts, buffer: this.#pack(), numbers: this.#numberCount, own: this.#own };
    } finally {
      this.#numberCount = 0;
      this.#texts = [];
      this.#blobs = [];
      this.#blobBytes = 0;
      this.#own = [];
    }
  }

  #pack(): ArrayBuffer {
    const numbers = this.#numbers.subarray(0, this.#numberCount);
    const buffer = new ArrayBuffer(numbers.byteLength + this.#blobBytes);
    new Float64Array(buffer, 0, numbers.length).set(numbers);
    const bytes = new Uint8Array(buffer, numbers.byteLength);
    let at = 0;
    for (const blob of this.#blobs) {
      bytes.set(blob, at);
      at += blob.length;
    }
    return buffer;
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

/** The buffers to hand over with a message. */
export function transferOf({ buffer, own }: Packed): ArrayBuffer[] {
  return own.length === 0 ? [buffer] : [buffer, ...own.map((blob) => blob.buffer)];
}

/** Takes the cells of a message in the order in which they were written. */
export class CellReader {
  readonly #packed: Packed;
  readonly #numbers: Float64Array;
  #numberAt = 0;
  #textAt = 0;
  #byteAt: number;
  #ownAt = 0;

  constructor(packed: Packed) {
    this.#packed = packed;
    this.#numbers = new Float64Array(packed.buffer, 0, packed.numbers);
    this.#byteAt = this.#numbers.byteLength;
  }

  /** For what is never null. */
  number(): number {
    return this.#numbers[this.#numberAt++]!;
  }

  numberOrNull(): number | null {
    const value = this.#numbers[this.#numberAt++]!;
    return Number.isNaN(value) ? null : value;
  }

  /** For what is never null. */
  text(): string {
    return this.#packed.texts[this.#textAt++]!;
  }

  textOrNull(): string | null {
    return this.#packed.texts[this.#textAt++]!;
  }

  /** For what is never null. A view of the message's buffer, or of the blob's own. */
  blob(): Uint8Array {
    return this.blobOrNull()!;
  }

  blobOrNull(): Uint8Array | null {
    const length = this.numberOrNull();
    if (length === null) return null;
    if (length === OWN) return this.#packed.own[this.#ownAt++]!;
    const view = new Uint8Array(this.#packed.buffer, this.#byteAt, length);
    this.#byteAt += length;
    return view;
  }
}
