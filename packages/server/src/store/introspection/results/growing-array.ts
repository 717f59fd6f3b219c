type TypedArray = Uint8Array | Int32Array | Uint32Array | Float64Array | BigInt64Array | BigUint64Array;

interface ArrayConstructor<A extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
}

const FIRST_LENGTH = 64;

/** A typed array that grows: it doubles when it is full. */
export class GrowingArray<A extends TypedArray> {
  readonly #make: ArrayConstructor<A>;
  #array: A;
  #length = 0;

  constructor(make: ArrayConstructor<A>) {
    this.#make = make;
    this.#array = new make(FIRST_LENGTH);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes of its elements. */
  get size(): number {
    return this.#length * this.#make.BYTES_PER_ELEMENT;
  }

  get(place: number): A[number] {
    return this.#array[place] as A[number];
  }

  set(place: number, value: A[number]): void {
    this.#array[place] = value;
  }

  add(value: A[number]): void {
    this.#reserve(this.#length + 1);
    this.#array[this.#length++] = value;
  }

  addAll(values: A): void {
    this.#reserve(this.#length + values.length);
    this.#copy(this.#array, values, this.#length);
    this.#length += values.length;
  }

  /** Its elements, without a copy. */
  finish(): A {
    return this.#array.subarray(0, this.#length) as A;
  }

  #reserve(length: number): void {
    if (length <= this.#array.length) return;
    const larger = new this.#make(Math.max(length, this.#array.length * 2));
    this.#copy(larger, this.finish(), 0);
    this.#array = larger;
  }

  /** Both are of the same kind, which TypeScript cannot know. */
  #copy(to: A, from: A, at: number): void {
    (to as Uint8Array).set(from as Uint8Array, at);
  }
}
