/** What the tests of this folder share: frames made by hand. */

import assert from "node:assert/strict";
import type { ResponseFields } from "./client/response-fields.js";
import {
  ClientSession,
  type ClientSessionOwner,
  type ClientStream,
  type ClientStreamOwner,
} from "./client/session.js";
import { ConnectionError } from "./connection-error.js";
import { type ErrorCode, errorName } from "./error-codes.js";
import { FrameParser } from "./frame-parser.js";
import { LARGEST_FRAME_BYTES, PREFACE } from "./frame-types.js";
import { encodeFields, HeaderBlock } from "./hpack/encoder.js";
import type { RequestFields } from "./server/request-fields.js";
import {
  ServerSession,
  type ServerSessionOwner,
  type ServerStream,
  type ServerStreamOwner,
} from "./server/session.js";

export function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

let seed = 0x2545f491;

/** The same in every run. */
export function random(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

export function randomBytes(maxLength: number): Buffer {
  const length = random(maxLength + 1);
  return Buffer.from(Array.from({ length }, () => random(256)));
}

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string): Buffer {
  const content = typeof payload === "string" ? bytes(payload) : payload;
  const header = Buffer.alloc(9);
  header.writeUIntBE(content.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, content]);
}

export function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = pairs.map(([id, value]) => Buffer.concat([Buffer.of(0, id), uint32(value)]));
  return frame(4, 0, 0, Buffer.concat(payload));
}

export const data = (id: number, content: Uint8Array, isLast = false) =>
  frame(0, isLast ? 1 : 0, id, content);
export const windowUpdate = (id: number, by: number) => frame(8, 0, id, uint32(by));
export const rstStream = (id: number, code: number) => frame(3, 0, id, uint32(code));
export const goAway = (last: number, code: number) =>
  frame(7, 0, 0, Buffer.concat([uint32(last), uint32(code)]));
export const ping = (payload: string, isAck = false) => frame(6, isAck ? 1 : 0, 0, payload);

export function headers(id: number, fields: Record<string, string>, isLast = false): Buffer {
  return frame(1, isLast ? 5 : 4, id, encodeFields(Object.entries(fields)));
}

export interface SeenFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The frames in what a client has sent, with or without its preface. */
export function framesIn(sent: Buffer): SeenFrame[] {
  const frames: SeenFrame[] = [];
  const parser = new FrameParser(
    {
      frame(type, flags, streamId, bytes, start, end) {
        frames.push({ type, flags, streamId, payload: bytes.subarray(start, end) });
      },
    },
    LARGEST_FRAME_BYTES,
  );
  const hasPreface = sent.toString("latin1", 0, PREFACE.length) === PREFACE;
  parser.read(hasPreface ? sent.subarray(PREFACE.length) : sent);
  return frames;
}

/** A session without a socket, and what it reports. */
export class TestSession implements ClientSessionOwner {
  readonly session = new ClientSession(this);
  readonly events: string[] = [];

  outputPending(): void {}
  settingsArrived(): void {
    this.events.push("settings");
  }
  goawayArrived(code: number, lastStreamId: number): void {
    this.events.push(`goaway ${code} ${lastStreamId}`);
    this.session.refuseAbove(lastStreamId);
  }
  pongArrived(): void {
    this.events.push("pong");
  }
  streamEnded(): void {}

  /** After the peer's settings. */
  static established(...pairs: readonly (readonly [id: number, value: number])[]): TestSession {
    const test = new TestSession();
    test.session.receive(settings(...pairs));
    test.sent();
    test.events.length = 0;
    return test;
  }

  receive(...frames: readonly Buffer[]): this {
    this.session.receive(Buffer.concat(frames));
    return this;
  }

  open(): TestStream {
    const block = new HeaderBlock();
    block.field(":method", "POST");
    return new TestStream((owner) => this.session.request(owner, block));
  }

  sent(): SeenFrame[] {
    return framesIn(Buffer.concat(this.session.output()));
  }
}

/** `act` breaks the connection. */
export function breaks(code: keyof typeof ErrorCode, act: () => void, says = /./): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof ConnectionError, String(error));
    assert.match(error.message, says);
    assert.equal(errorName(error.errorCode), code);
    return true;
  });
}

export class TestStream implements ClientStreamOwner {
  readonly stream: ClientStream;
  readonly events: string[] = [];
  received = 0;

  constructor(open: (owner: ClientStreamOwner) => ClientStream) {
    this.stream = open(this);
  }

  headers(fields: ResponseFields): void {
    this.events.push(`${fields.status}`);
  }
  data(chunk: Buffer): void {
    this.received += chunk.length;
    if (this.events.at(-1) !== "data") this.events.push("data");
  }
  drained(): void {
    this.events.push("drained");
  }
  ended(): void {
    this.events.push("ended");
  }
  closed(): void {
    this.events.push("closed");
  }
}

/** A server's session without a socket, and its streams by id. */
export class TestServer implements ServerSessionOwner {
  readonly session = new ServerSession(this);
  readonly streams: TestServerStream[] = [];

  outputPending(): void {}

  requestArrived(fields: RequestFields): TestServerStream {
    const stream = new TestServerStream(fields, this.session);
    this.streams.push(stream);
    return stream;
  }

  /** After the client's preface and settings. */
  static established(...pairs: readonly (readonly [id: number, value: number])[]): TestServer {
    const test = new TestServer();
    test.session.receive(Buffer.concat([Buffer.from(PREFACE), settings(...pairs)]));
    test.sent();
    return test;
  }

  receive(...frames: readonly Buffer[]): this {
    this.session.receive(Buffer.concat(frames));
    return this;
  }

  sent(): SeenFrame[] {
    return framesIn(Buffer.concat(this.session.output()));
  }
}

export class TestServerStream implements ServerStreamOwner {
  stream!: ServerStream;
  readonly fields: RequestFields;
  readonly events: string[] = [];
  readonly chunks: Buffer[] = [];
  readonly #session: ServerSession;

  constructor(fields: RequestFields, session: ServerSession) {
    this.fields = fields;
    this.#session = session;
  }

  opened(stream: ServerStream): void {
    this.stream = stream;
    this.events.push("opened");
  }
  data(chunk: Buffer): void {
    this.chunks.push(chunk);
    if (this.events.at(-1) !== "data") this.events.push("data");
  }
  drained(): void {
    this.events.push("drained");
  }
  ended(): void {
    this.events.push("ended");
  }
  closed(): void {
    this.events.push("closed");
  }

  /** Status 200, and a body. */
  answer(body: Uint8Array, isLast = true): void {
    this.#session.respond(this.stream, encodeFields([[":status", "200"]]));
    this.stream.write([body], isLast);
  }
}
