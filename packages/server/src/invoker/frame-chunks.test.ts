import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrames, FrameWriter } from "@pawl/protocol";
import { bytesIn, CHUNK_BYTES, frameChunks, PASS_THROUGH_BYTES } from "./frame-chunks.js";

const entry = (length: number, type = 0x0403) => ({ type, payload: Buffer.alloc(length, type) });

for (const [what, frames, chunks] of [
  ["no frames", [], 0],
  ["small frames", [entry(0), entry(1), entry(PASS_THROUGH_BYTES - 1, 0x8011)], 1],
  ["one large frame", [entry(PASS_THROUGH_BYTES)], 2],
  ["large ones between small ones", [entry(5), entry(1_000_000), entry(5), entry(20_000), entry(5)], 7],
  ["many small frames", new Array(200).fill(entry(1000)), 4],
] as const) {
  test(`${what}: ${chunks} buffers with the same bytes as one`, () => {
    const writer = new FrameWriter();
    const got = frameChunks(writer, frames);
    assert.equal(got.length, chunks);
    assert.deepEqual(Buffer.concat(got), Buffer.from(encodeFrames(frames)));
    assert.equal(bytesIn(got), Buffer.concat(got).length);
    assert.equal(writer.length, 0);
    for (const chunk of got)
      assert.ok(chunk.length < CHUNK_BYTES + PASS_THROUGH_BYTES || chunk === frames[1]?.payload);
  });
}

test("large payloads are not copied, and what the writer holds comes first", () => {
  const writer = new FrameWriter();
  writer.payload(0x0000, Uint8Array.of(1, 2, 3));
  const large = entry(PASS_THROUGH_BYTES);
  const chunks = frameChunks(writer, [large]);
  assert.equal(chunks[2], large.payload);
  assert.equal(Buffer.from(chunks[0]!).toString("hex"), "0000000000000003010203");
  assert.equal(Buffer.from(chunks[1]!).toString("hex"), "0403000000004000");
});
