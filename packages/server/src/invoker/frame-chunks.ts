import { FRAME_HEADER_BYTES, type FrameWriter } from "@pawl/protocol";

/** From this size on a payload is written as it is: copying it would cost more than one more buffer in the write. */
export const PASS_THROUGH_BYTES = 16 * 1024;
/** Small frames are gathered into buffers of about this size. */
export const CHUNK_BYTES = 64 * 1024;

/**
 * Frames as few buffers: usually one. What the writer holds already comes first; the writer is empty afterwards.
 */
export function frameChunks(
  writer: FrameWriter,
  frames: readonly { readonly type: number; readonly payload: Uint8Array }[],
): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (const { type, payload } of frames) {
    if (payload.length < PASS_THROUGH_BYTES) {
      writer.payload(type, payload);
      if (writer.length >= CHUNK_BYTES) chunks.push(writer.take());
    } else {
      if (writer.length > 0) chunks.push(writer.take());
      chunks.push(frameHeader(type, payload.length), payload);
    }
  }
  if (writer.length > 0) chunks.push(writer.take());
  return chunks;
}

function frameHeader(type: number, length: number): Uint8Array {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(length, 4);
  return header;
}

export function bytesIn(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
