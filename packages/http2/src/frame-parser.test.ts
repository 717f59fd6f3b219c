import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionError } from "./connection-error.js";
import { FrameOutput } from "./frame-output.js";
import { FrameParser } from "./frame-parser.js";
import { bytes, frame, framesIn, headers, random, randomBytes, TestSession } from "./peer.test.kit.js";

const MAX_BYTES = 16_384;

function parse(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const parser = new FrameParser(
    {
      frame(type, flags, streamId, source, start, end) {
        seen.push(`${type} ${flags} ${streamId} ${source.toString("hex", start, end)}`);
      },
    },
    MAX_BYTES,
  );
  for (const chunk of chunks) parser.read(chunk);
  return seen;
}

const stream = Buffer.concat([
  frame(4, 0, 0, ""),
  frame(0, 1, 0x7fffffff, "010203"),
  frame(9, 255, 0xffffffff, "aa"),
  frame(200, 0, 1, Buffer.alloc(40, 7)),
  frame(6, 0, 0, ""),
]);
const frames = [
  "4 0 0 ",
  "0 1 2147483647 010203",
  "9 255 2147483647 aa",
  `200 0 1 ${"07".repeat(40)}`,
  "6 0 0 ",
];

test("frames are the same in whatever pieces they come", () => {
  assert.deepEqual(parse([stream]), frames);
  assert.deepEqual(parse(Array.from(stream, (byte) => Buffer.of(byte))), frames);
  for (let cut = 0; cut <= stream.length; cut++) {
    assert.deepEqual(parse([stream.subarray(0, cut), stream.subarray(cut)]), frames);
  }
  for (let round = 0; round < 500; round++) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + random(30));
      chunks.push(stream.subarray(at, end));
      at = end;
    }
    assert.deepEqual(parse(chunks), frames);
  }
});

test("a frame above the limit is refused as soon as its header is there", () => {
  assert.equal(parse([frame(0, 0, 1, Buffer.alloc(MAX_BYTES))]).length, 1);
  for (const cut of [1, 8, 9]) {
    const header = bytes("004001000000000001");
    assert.throws(() => parse([header.subarray(0, cut), header.subarray(cut)]), /frame of 16385 bytes/);
  }
});

test("nothing is reported after stop, not even of the same chunk", () => {
  let seen = 0;
  const parser = new FrameParser({ frame: () => void (++seen === 2 && parser.stop()) }, MAX_BYTES);
  parser.read(stream);
  parser.read(stream);
  assert.equal(seen, 2);
});

test("header blocks above the peer's frame size go on in CONTINUATION", () => {
  const output = new FrameOutput();
  const block = Buffer.alloc(40_000, "x");
  output.headers(5, block, block.length, 16_384);
  output.headers(7, block, 16_384, 16_384);
  const sent = framesIn(Buffer.concat(output.take()));
  const seen = sent.map(({ type, flags, streamId, payload }) => [type, flags, streamId, payload.length]);
  assert.deepEqual(seen, [
    [1, 0, 5, 16_384],
    [9, 0, 5, 16_384],
    [9, 4, 5, 7232],
    [1, 4, 7, 16_384],
  ]);
});

test("small buffers are gathered, large ones are passed on", () => {
  const output = new FrameOutput();
  const large = Buffer.alloc(10_000, 1);
  const expected: Buffer[] = [];
  for (let i = 0; i < 3000; i++) {
    const small = randomBytes(200);
    output.bytes(small);
    expected.push(small);
    if (i % 1000 === 500) {
      output.bytes(large);
      expected.push(large);
    }
  }
  const all = Buffer.concat(expected);
  assert.equal(output.length, all.length);
  const parts = output.take();
  assert.ok(parts.length < 20, `${parts.length} parts`);
  assert.equal(parts.filter((part) => part === large).length, 3);
  assert.deepEqual(Buffer.concat(parts), all);
  assert.equal(output.length, 0);
  assert.deepEqual(output.take(), []);
});

test("random bytes and random frames end in a typed error or in none", () => {
  const answer = headers(1, { ":status": "200", "content-type": "x" });
  for (let i = 0; i < 5000; i++) {
    const run = TestSession.established();
    for (let j = 0; j < 3; j++) run.open();
    try {
      if (random(2) === 0) run.receive(answer);
      for (let j = 0; j < 10; j++) {
        const isFrame = random(4) > 0;
        const payload = randomBytes(random(3) === 0 ? 400 : 12);
        run.receive(isFrame ? frame(random(12), random(64), random(8), payload) : payload);
        run.sent();
      }
    } catch (error) {
      assert.ok(error instanceof ConnectionError, String((error as Error).stack));
    }
    run.session.closeAll();
    assert.equal(run.session.streamCount, 0);
  }
});
