/** Messages that occur inside others: Value, Void, Header, Failure, StateKeys. */
import type { Failure, Header } from "../messages.js";
import type { ProtoReader } from "../proto-reader.js";
import type { ProtoWriter } from "../proto-writer.js";

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Value { content bytes = 1 }. Its writer is `ProtoWriter.wrappedBytes`. */
export function readValue(r: ProtoReader): Uint8Array {
  const outer = r.enter();
  let content = NO_BYTES;
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) content = r.bytes();
    else r.skip(tag);
  }
  r.leave(outer);
  return content;
}

/** Void {}. Its writer is `ProtoWriter.empty`. */
export function readVoid(r: ProtoReader): void {
  const outer = r.enter();
  while (r.more()) r.skip(r.tag());
  r.leave(outer);
}

/** Header, FailureMetadata { key = 1, value = 2 } */
export function writeHeader(w: ProtoWriter, tag: number, header: Header): void {
  const opened = w.open(tag);
  if (header.key !== "") w.text(0x0a, header.key);
  if (header.value !== "") w.text(0x12, header.value);
  w.close(opened);
}

export function writeHeaders(w: ProtoWriter, tag: number, headers: readonly Header[]): void {
  for (const header of headers) writeHeader(w, tag, header);
}

export function readHeader(r: ProtoReader): Header {
  r.countElement();
  const outer = r.enter();
  let key = "";
  let value = "";
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) key = r.text();
    else if (tag === 0x12) value = r.text();
    else r.skip(tag);
  }
  r.leave(outer);
  return { key, value };
}

/** Failure { code u32 = 1, message = 2, metadata repeated { key = 1, value = 2 } = 3 } */
export function writeFailure(w: ProtoWriter, tag: number, failure: Failure): void {
  const opened = w.open(tag);
  if (failure.code !== 0) w.uint32(0x08, failure.code);
  if (failure.message !== "") w.text(0x12, failure.message);
  if (failure.metadata !== undefined) writeHeaders(w, 0x1a, failure.metadata);
  w.close(opened);
}

export function readFailure(r: ProtoReader): Failure {
  const outer = r.enter();
  let code = 0;
  let message = "";
  let metadata: Header[] | undefined;
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x08:
        code = r.uint32();
        break;
      case 0x12:
        message = r.text();
        break;
      case 0x1a:
        metadata ??= [];
        metadata.push(readHeader(r));
        break;
      default:
        r.skip(tag);
    }
  }
  r.leave(outer);
  return metadata === undefined ? { code, message } : { code, message, metadata };
}

/** StateKeys { keys repeated bytes = 1 } */
export function writeStateKeys(w: ProtoWriter, tag: number, keys: readonly string[]): void {
  const opened = w.open(tag);
  for (const key of keys) w.text(0x0a, key);
  w.close(opened);
}

export function readStateKeys(r: ProtoReader): string[] {
  const outer = r.enter();
  const keys: string[] = [];
  while (r.more()) {
    const tag = r.tag();
    if (tag === 0x0a) {
      r.countElement();
      keys.push(r.text());
    } else r.skip(tag);
  }
  r.leave(outer);
  return keys;
}
