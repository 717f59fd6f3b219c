/**
 * Turns values into bytes and back: inputs, outputs, state, results of `run`, awakeables, promises.
 *
 * On replay the bytes of a value are compared with the recorded ones, so `serialize` must give the same bytes for the
 * same value.
 */
export interface Serde<T> {
  /** MIME type of the bytes, announced at discovery. */
  contentType?: string;
  /** JSON Schema of the value, announced at discovery. Has no effect at run time. */
  jsonSchema?: object;
  serialize(value: T): Uint8Array;
  deserialize(data: Uint8Array): T;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EMPTY = new Uint8Array(0);

class JsonSerde<T> implements Serde<T> {
  contentType = "application/json";
  readonly jsonSchema?: object;

  constructor(jsonSchema?: object) {
    if (jsonSchema !== undefined) this.jsonSchema = jsonSchema;
  }

  /** `undefined` becomes no bytes at all. */
  serialize(value: T): Uint8Array {
    return value === undefined ? EMPTY : encoder.encode(JSON.stringify(value));
  }

  deserialize(data: Uint8Array): T {
    if (data.length === 0) return undefined as T;
    return JSON.parse(decoder.decode(data)) as T;
  }

  /** The same, with a JSON Schema for discovery. */
  schema<U>(schema: object): Serde<U> {
    return new JsonSerde<U>(schema);
  }
}

const binarySerde: Serde<Uint8Array> = {
  contentType: "application/octet-stream",
  serialize: (value) => value,
  deserialize: (data) => data,
};

const emptySerde: Serde<void> = {
  serialize: () => EMPTY,
  deserialize: () => undefined,
};

/** The serdes that come with the SDK. */
export namespace serde {
  /** JSON, the default everywhere. */
  // biome-ignore lint/suspicious/noExplicitAny: the default serde takes any JSON value, and its type follows from the use
  export const json: Serde<any> & { schema<U>(schema: object): Serde<U> } = new JsonSerde<any>();
  /** Bytes as they are. */
  export const binary: Serde<Uint8Array> = binarySerde;
  /** Nothing: no bytes, no content type. */
  export const empty: Serde<void> = emptySerde;
}
