import { randomFillSync } from "node:crypto";
import { newUlid, parseInvocationId } from "@pawl/protocol";
import { freshId } from "../partition/identity.js";

const RANDOM_BYTES = 10;
const POOL_BYTES = 4000;
const PARTITION_KEY_BYTES = 8;

/** Fresh invocation ids. Random bytes are drawn in blocks: a call into crypto for each id would cost more than the id. */
export class IdSource {
  readonly #pool = new Uint8Array(POOL_BYTES);
  #used = POOL_BYTES;

  /** @param fill fills with random bytes */
  constructor(readonly fill: (bytes: Uint8Array) => void = randomFillSync) {}

  next(now: number, key: string | null, caller: string | null): string {
    const callerKey =
      key === null && caller !== null ? parseInvocationId(caller).subarray(0, PARTITION_KEY_BYTES) : null;
    // Ids are printed with their bytes turned round. A ULID that is turned as well makes the texts grow with time, so that
    // new rows stand at the end of the index instead of all over it: half the cost of an insert.
    return freshId(newUlid(now, this.#random()).reverse(), key, callerKey);
  }

  #random(): Uint8Array {
    if (this.#used + RANDOM_BYTES > POOL_BYTES) {
      this.fill(this.#pool);
      this.#used = 0;
    }
    const bytes = this.#pool.subarray(this.#used, this.#used + RANDOM_BYTES);
    this.#used += RANDOM_BYTES;
    return bytes;
  }
}
