/** Frames made by hand, for peers of our HTTP/2. */
import { encodeFields } from "@pawl/http2";

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string): Buffer {
  const content = typeof payload === "string" ? Buffer.from(payload, "hex") : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(content.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, content]);
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = pairs.map(([id, value]) => Buffer.concat([Buffer.of(0, id), uint32(value)]));
  return frame(4, 0, 0, Buffer.concat(payload));
}

export const data = (id: number, content: Uint8Array, isLast = false) =>
  frame(0, isLast ? 1 : 0, id, content);
export const rstStream = (id: number, code: number) => frame(3, 0, id, uint32(code));
export const goAway = (last: number, code: number) =>
  frame(7, 0, 0, Buffer.concat([uint32(last), uint32(code)]));
export const ping = (payload: string) => frame(6, 0, 0, payload);
export const headers = (id: number, fields: Record<string, string>) =>
  frame(1, 4, id, encodeFields(Object.entries(fields)));

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}
