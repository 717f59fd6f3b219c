/**
 * Transforms the values of the journal, after they are serialized and before they are deserialized: to encrypt or compress
 * them. It sees inputs and outputs, parameters and results of calls, results of `run`, state, and the values of awakeables,
 * promises and signals; not failures, names, keys and headers. Callers through the ingress need the same codec.
 *
 * Replay does not compare encoded values, so `encode` may give other bytes of the same value each time.
 */
export type JournalValueCodec = {
  /** Empty values come here, too. */
  encode(buf: Uint8Array): Uint8Array;
  decode(buf: Uint8Array): Promise<Uint8Array>;
};

/** The codec of an endpoint: made when the first invocation comes, once. If that fails, the next attempt tries again. */
export class CodecSource {
  #codec: Promise<JournalValueCodec> | undefined;

  constructor(private readonly provider: () => Promise<JournalValueCodec>) {}

  get(): Promise<JournalValueCodec> {
    this.#codec ??= this.#provide();
    return this.#codec;
  }

  async #provide(): Promise<JournalValueCodec> {
    try {
      return await this.provider();
    } catch (error) {
      this.#codec = undefined;
      throw error;
    }
  }
}
