import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as codec from "./codec/index.js";
import { FrameDecoder } from "./frame-decoder.js";
import { FrameWriter } from "./frame-writer.js";
import {
  DEFAULT_MAX_PAYLOAD_BYTES,
  encodeFrame,
  encodeFrames,
  type Frame,
  REQUESTED_ACK_FLAG,
} from "./frames.js";
import { hex, unhex } from "./hex.test.helper.js";
import { MessageType } from "./messages.js";
import { randomFrom } from "./random.test.helper.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function drain(decoder: FrameDecoder): Frame[] {
  const frames: Frame[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  return frames;
}

/** Frames with payloads that do not share buffers, to compare. */
function plain(frames: readonly Frame[]): { type: number; flags: number; payload: string }[] {
  return frames.map(({ type, flags, payload }) => ({ type, flags, payload: hex(payload) }));
}

test("a frame is type, flags and length, big endian, and the payload", () => {
  assert.equal(hex(encodeFrame(0x0411, Uint8Array.of(1, 2), REQUESTED_ACK_FLAG)), "04118000000000020102");
  assert.equal(hex(encodeFrame(0xfbff, new Uint8Array(0))), "fbff000000000000");
  assert.equal(hex(encodeFrame(3, new Uint8Array(0x012345)).subarray(0, 8)), "0003000000012345");
});

test("many frames are one buffer", () => {
  const frames = [
    { type: 0x0000, payload: Uint8Array.of(1) },
    { type: 0x8011, flags: 0x8001, payload: new Uint8Array(0) },
    { type: 0x0400, flags: 0, payload: Uint8Array.of(2, 3) },
  ];
  const separate = frames.map((f) => hex(encodeFrame(f.type, f.payload, f.flags))).join("");
  assert.equal(hex(encodeFrames(frames)), separate);
  assert.equal(encodeFrames([]).length, 0);
});

test("frames come out as they went in", () => {
  const decoder = new FrameDecoder();
  decoder.push(unhex("0411 8000 00000002 0102  0003 0000 00000000  0401 0000 00000001 ff"));
  assert.deepEqual(plain(drain(decoder)), [
    { type: 0x0411, flags: 0x8000, payload: "0102" },
    { type: 0x0003, flags: 0, payload: "" },
    { type: 0x0401, flags: 0, payload: "ff" },
  ]);
  assert.equal(decoder.bufferedBytes, 0);
  decoder.end();
});

test("a payload within one chunk is a view into it", () => {
  const chunk = encodeFrame(1, Uint8Array.of(1, 2, 3));
  const decoder = new FrameDecoder();
  decoder.push(chunk);
  assert.equal(decoder.next()!.payload.buffer, chunk.buffer);

  // Also when the header came before, in a chunk of its own.
  decoder.push(chunk.subarray(0, 8));
  assert.equal(decoder.next(), undefined);
  decoder.push(chunk.subarray(8));
  assert.equal(decoder.next()!.payload.buffer, chunk.buffer);
});

test("payloads of Buffers are plain Uint8Arrays, still views", () => {
  const chunk = Buffer.from(encodeFrame(1, Uint8Array.of(1, 2, 3)));
  const decoder = new FrameDecoder();
  decoder.push(chunk);
  const { payload } = decoder.next()!;
  assert.equal(payload.constructor, Uint8Array);
  assert.equal(payload.buffer, chunk.buffer);
  assert.equal(payload.byteOffset, chunk.byteOffset + 8);
});

test("however a stream is cut, the frames are the same", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const frames = Array.from({ length: 1 + random.below(12) }, () => ({
      type: random.below(0x10000),
      flags: random.below(0x10000),
      payload: random.bytes(random.below(random.below(4) === 0 ? 3000 : 20)),
    }));
    const stream = encodeFrames(frames);
    const decoder = new FrameDecoder();
    const got: Frame[] = [];
    const longest = 1 + random.below([1, 12, 2000][random.below(3)]!);
    let at = 0;
    while (at < stream.length) {
      const size = random.below(longest + 1);
      decoder.push(stream.subarray(at, at + size));
      at = Math.min(stream.length, at + size);
      // Sometimes let several chunks pile up.
      if (random.below(3) > 0) got.push(...drain(decoder));
      const taken = got.reduce((sum, frame) => sum + 8 + frame.payload.length, 0);
      assert.equal(decoder.bufferedBytes, at - taken, `seed ${seed}`);
    }
    got.push(...drain(decoder));
    assert.deepEqual(plain(got), plain(frames), `seed ${seed}`);
    decoder.end();
  }
});

test("a large frame in tens of thousands of chunks takes time in proportion", () => {
  const payload = new Uint8Array(4_000_000).fill(5);
  const stream = encodeFrame(1, payload);
  const decoder = new FrameDecoder();
  const started = performance.now();
  for (let at = 0; at < stream.length; at += 50) {
    assert.equal(decoder.next(), undefined);
    decoder.push(stream.subarray(at, at + 50));
  }
  const frame = decoder.next()!;
  assert.ok(performance.now() - started < 1000);
  assert.equal(frame.payload.length, payload.length);
  assert.ok(frame.payload.every((byte) => byte === 5));
});

test("a frame that comes byte by byte does not keep a view for each byte", () => {
  const payload = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7);
  const stream = encodeFrame(1, payload);
  const decoder = new FrameDecoder();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < stream.length; at++) decoder.push(stream.subarray(at, at + 1));
  collectGarbage();
  // 200,000 views would be above 20 MB.
  assert.ok(process.memoryUsage().heapUsed - before < 2_000_000);
  assert.deepEqual(decoder.next()!.payload, payload);
});

test("many small frames in one chunk after another do not pile up chunks", () => {
  const decoder = new FrameDecoder();
  const chunk = encodeFrames(Array.from({ length: 100 }, () => ({ type: 4, payload: Uint8Array.of(8, 1) })));
  let count = 0;
  for (let i = 0; i < 1000; i++) {
    // Each chunk ends within a frame.
    decoder.push(
      i === 0 ? chunk.subarray(0, -1) : Uint8Array.of(...chunk.subarray(-1), ...chunk.subarray(0, -1)),
    );
    count += drain(decoder).length;
  }
  assert.equal(count, 100_000 - 1);
  assert.equal(decoder.bufferedBytes, 9);
});

test("a length above the limit is an error at once, and for good", () => {
  const decoder = new FrameDecoder({ maxPayloadBytes: 10 });
  decoder.push(unhex("0401 0000 0000000b"));
  const tooLarge = {
    name: "ProtocolError",
    code: "too-large",
    message: "a frame of type 0x0401 announces 11 bytes; the limit is 10",
  };
  assert.throws(() => decoder.next(), tooLarge);
  assert.throws(() => decoder.next(), tooLarge);
  assert.throws(() => decoder.push(Uint8Array.of(1)), tooLarge);
  assert.throws(() => decoder.end(), tooLarge);
});

test("a length at the limit passes; the default limit is 32 MiB", () => {
  const decoder = new FrameDecoder({ maxPayloadBytes: 10 });
  decoder.push(encodeFrame(1, new Uint8Array(10)));
  assert.equal(decoder.next()!.payload.length, 10);

  assert.equal(DEFAULT_MAX_PAYLOAD_BYTES, 33_554_432);
  const standard = new FrameDecoder();
  standard.push(unhex("0001 0000 02000000"));
  assert.equal(standard.next(), undefined);
  const beyond = new FrameDecoder();
  beyond.push(unhex("0001 0000 ffffffff"));
  assert.throws(() => beyond.next(), { code: "too-large" });
});

test("frames before a bad one still come out", () => {
  const decoder = new FrameDecoder({ maxPayloadBytes: 10 });
  decoder.push(unhex("0003 0000 00000000  0401 0000 000000ff"));
  assert.equal(decoder.next()!.type, 3);
  assert.throws(() => decoder.next(), { code: "too-large" });
});

test("a stream that ends within a frame is truncated", () => {
  const inHeader = new FrameDecoder();
  inHeader.push(unhex("0401 00"));
  assert.equal(inHeader.next(), undefined);
  assert.throws(() => inHeader.end(), { code: "truncated", message: /header: 3 of 8 bytes/ });

  const inPayload = new FrameDecoder();
  inPayload.push(unhex("0401 0000 00000005 0102"));
  assert.equal(inPayload.next(), undefined);
  assert.throws(() => inPayload.end(), { code: "truncated", message: /type 0x0401: 2 of 5 bytes/ });
});

test("FrameWriter makes the same bytes as encoding payloads and framing them", () => {
  const writer = new FrameWriter();
  writer.message(MessageType.Run, codec.Run, { resultCompletionId: 1, name: "r1" });
  writer.message(
    MessageType.ProposeRunCompletion,
    codec.ProposeRunCompletion,
    { resultCompletionId: 1, result: { kind: "value", value: new Uint8Array(200).fill(1) } },
    REQUESTED_ACK_FLAG,
  );
  writer.message(MessageType.SleepCompletion, codec.Notification, {
    id: { kind: "completion", id: 1 },
    result: { kind: "void" },
  });
  writer.payload(0x0003, new Uint8Array(0));
  writer.payload(0x0401, Uint8Array.of(1, 2), 0x1234);
  const expected = encodeFrames([
    { type: 0x0411, payload: unhex("580162027231") },
    { type: 0x0005, flags: 0x8000, payload: unhex(`0801 72c801 ${"01".repeat(200)}`) },
    { type: 0x800c, payload: unhex("08012200") },
    { type: 0x0003, payload: new Uint8Array(0) },
    { type: 0x0401, flags: 0x1234, payload: Uint8Array.of(1, 2) },
  ]);
  assert.equal(writer.length, expected.length);
  assert.equal(hex(writer.take()), hex(expected));
  assert.equal(writer.length, 0);
  assert.equal(writer.take().length, 0);
});

test("FrameWriter grows, and what it gave away stays as it was", () => {
  const writer = new FrameWriter();
  const taken: Uint8Array[] = [];
  for (let i = 0; i < 200; i++) {
    writer.payload(i, new Uint8Array(i * 37).fill(i));
    writer.message(0x0411, codec.Run, { resultCompletionId: i + 1 });
    if (i % 7 === 0) taken.push(writer.take());
  }
  taken.push(writer.take());
  const decoder = new FrameDecoder();
  for (const bytes of taken) decoder.push(bytes);
  const frames = drain(decoder);
  assert.equal(frames.length, 400);
  for (let i = 0; i < 200; i++) {
    assert.deepEqual(frames[2 * i]!.payload, new Uint8Array(i * 37).fill(i));
    assert.equal(codec.Run.decode(frames[2 * i + 1]!.payload).resultCompletionId, i + 1);
  }
});

test("FrameWriter drops the frame whose codec throws, and only that", () => {
  const writer = new FrameWriter();
  writer.payload(3, new Uint8Array(0));
  assert.throws(() => writer.message(0x0411, codec.Run, { resultCompletionId: -1, name: "x" }), {
    code: "out-of-range",
  });
  writer.payload(4, Uint8Array.of(8, 1));
  assert.equal(hex(writer.take()), "00030000000000000004000000000002" + "0801");
});
