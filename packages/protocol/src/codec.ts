/** Turns a message into the payload of its frame and back. Static code: no reflection, no schema at run time. */
export interface Codec<T> {
  readonly type: number;
  /**
   * A view into a buffer that other payloads share, as with small Node Buffers: never transfer `.buffer` to another
   * thread; posting the view copies all of the buffer, up to 8 KiB.
   * @throws ProtocolError "out-of-range" on a number that does not fit its field
   */
  encode(message: T): Uint8Array;
  /** Views into `payload`, no copies of values. @throws ProtocolError on malformed bytes */
  decode(payload: Uint8Array): T;
}
