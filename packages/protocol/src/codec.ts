/** Turns a message into the payload of its frame and back. Static code: no reflection, no schema at run time. */
export interface Codec<T> {
  readonly type: number;
  encode(message: T): Uint8Array;
  /** Views into `payload`, no copies of values. @throws ProtocolError on malformed bytes */
  decode(payload: Uint8Array): T;
}
