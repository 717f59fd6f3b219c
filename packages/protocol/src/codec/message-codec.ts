import type { Codec } from "../codec.js";
import { ProtoReader } from "../proto-reader.js";
import { ProtoWriter } from "../proto-writer.js";

/**
 * How the codecs in this folder are written: a tag is `field number << 3 | wire type`, so `0x0a` is field 1 with a length
 * (text, bytes, message, packed list) and `0x08` is field 1 as a varint. The codecs spell tags as literals, with the name
 * and number of the field beside them, because literals make a `switch` a jump and because they are the bytes that one sees
 * in a dump. A known field with a foreign wire type is skipped as an unknown one, as protobuf prescribes.
 */
export interface MessageCodec<T> extends Codec<T> {
  /** The message's name on the wire, without "Message": `Start`, `Run`, `RunCompletion`. */
  readonly name: string;
  /** Appends the payload to a message under way, for callers that build whole frames. */
  write(writer: ProtoWriter, message: T): void;
}

/** A message while it is being read. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Encoding never awaits, so one writer serves all. */
const writer = new ProtoWriter();

/** Runs `write` on the shared writer. */
export function encodeWith<T>(write: (writer: ProtoWriter, message: T) => void, message: T): Uint8Array {
  writer.begin();
  write(writer, message);
  return writer.finish();
}

export function messageCodec<T>(
  name: string,
  type: number,
  write: (writer: ProtoWriter, message: T) => void,
  read: (reader: ProtoReader) => T,
): MessageCodec<T> {
  return {
    name,
    type,
    write,
    encode: (message) => encodeWith(write, message),
    decode: (payload) => read(new ProtoReader(payload, name)),
  };
}
