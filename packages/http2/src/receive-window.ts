/**
 * What the peer may still send, on a stream or a connection. What has come counts as read at once, since attempts take
 * all that they get; the peer is told of it when half of the window is used up. Source: RFC 9113, section 5.2.
 */
export class ReceiveWindow {
  readonly #bytes: number;
  #used = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** false: the peer has sent more than it may. */
  take(bytes: number): boolean {
    this.#used += bytes;
    return this.#used <= this.#bytes;
  }

  /** The increment to announce; 0 when it is not time yet. */
  refill(): number {
    if (this.#used * 2 < this.#bytes) return 0;
    const increment = this.#used;
    this.#used = 0;
    return increment;
  }
}
