/**
 * Frames: an 8-byte header, big endian (type u16, flags u16, payload length u32), then the payload.
 * Source: the public service protocol definition; Restate 1.7 as observed, docs/compatibility.md
 */
export const FRAME_HEADER_BYTES = 8;

/** The flag that asks the server to acknowledge: bit 47 of the header as a 64-bit number, bit 15 of its flags. */
export const REQUESTED_ACK_FLAG = 0x8000;

/** The official server's default for the largest message (`worker.invoker.message-size-limit`): 32 MiB. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;

export interface Frame {
  /** A `MessageType`, or a code that this protocol does not know. */
  readonly type: number;
  /** 16 bits; `REQUESTED_ACK_FLAG` is the only one in use from V5 on. */
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** A frame whose `flags` may be left out. */
export interface FrameParts {
  readonly type: number;
  readonly flags?: number;
  readonly payload: Uint8Array;
}

function writeHeader(into: Uint8Array, at: number, type: number, flags: number, length: number): void {
  into[at] = type >>> 8;
  into[at + 1] = type;
  into[at + 2] = flags >>> 8;
  into[at + 3] = flags;
  into[at + 4] = length >>> 24;
  into[at + 5] = length >>> 16;
  into[at + 6] = length >>> 8;
  into[at + 7] = length;
}

/** One frame in a buffer of its own. */
export function encodeFrame(type: number, payload: Uint8Array, flags = 0): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeHeader(frame, 0, type, flags, payload.length);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

/** Many frames, one after the other, in one buffer: for one write to the socket. */
export function encodeFrames(frames: readonly FrameParts[]): Uint8Array {
  let size = 0;
  for (const frame of frames) size += FRAME_HEADER_BYTES + frame.payload.length;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { type, flags, payload } of frames) {
    writeHeader(bytes, at, type, flags ?? 0, payload.length);
    bytes.set(payload, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + payload.length;
  }
  return bytes;
}
