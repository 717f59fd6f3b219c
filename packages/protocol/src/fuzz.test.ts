/**
 * Whatever bytes come, decoders either return or throw a ProtocolError, soon. A failure shows the bytes.
 * TEST_FUZZ_SEED=<n> tries others than the usual ones.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decoders, samples } from "./codec/samples.test.helper.js";
import { ProtocolError } from "./errors.js";
import { FrameDecoder } from "./frame-decoder.js";
import { encodeFrames } from "./frames.js";
import { hex } from "./hex.test.helper.js";
import { parseAwakeableId, parseDeploymentId, parseInvocationId, parseResourceId } from "./ids.js";
import { parseManifest } from "./manifest-parse.js";
import { type Random, randomFrom } from "./random.test.helper.js";

const seed = Number(process.env.TEST_FUZZ_SEED ?? 0);

/** Runs `decode`; anything but a return or a ProtocolError fails the test. */
function survive(decode: () => unknown, context: () => string): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    assert.fail(`${context()}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** A few changes as corruption and attackers make them. */
function mutated(valid: Uint8Array, random: Random): Uint8Array {
  let bytes = valid.slice();
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(bytes.length + 1);
    switch (random.below(6)) {
      case 0: // flip a bit
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random.below(8));
        break;
      case 1: // an extreme byte
        if (at < bytes.length) bytes[at] = [0x00, 0x7f, 0x80, 0xff][random.below(4)]!;
        break;
      case 2: // cut
        bytes = bytes.slice(0, at);
        break;
      case 3: // insert
        bytes = Uint8Array.of(
          ...bytes.subarray(0, at),
          ...random.bytes(1 + random.below(6)),
          ...bytes.subarray(at),
        );
        break;
      case 4: // repeat a part
        bytes = Uint8Array.of(...bytes, ...bytes.subarray(at, at + 40));
        break;
      default: // a huge length
        bytes = Uint8Array.of(...bytes.subarray(0, at), 0xff, 0xff, 0xff, 0xff, 0x0f, ...bytes.subarray(at));
    }
  }
  return bytes;
}

test("random bytes through every decoder", () => {
  const random = randomFrom(seed * 10 + 1);
  for (let i = 0; i < 1500; i++) {
    const bytes = random.bytes(random.below(40));
    // Half of them start with tags that our messages have, to get further.
    if (i % 2 === 0) for (let at = 0; at < bytes.length; at += 3) bytes[at] = (bytes[at]! & 0x7a) | 2;
    for (const { name, decode } of decoders)
      survive(
        () => decode(bytes),
        () => `${name} of ${hex(bytes)}`,
      );
  }
});

test("mutated messages through their decoders; what decodes also encodes", () => {
  const random = randomFrom(seed * 10 + 2);
  const valid = samples
    .map((sample) => ({ sample, bytes: sample.codec.encode(sample.message) }))
    .filter(({ bytes }) => bytes.length < 1500);
  let decoded = 0;
  for (let i = 0; i < 30_000; i++) {
    const { sample, bytes } = valid[random.below(valid.length)]!;
    const bad = mutated(bytes, random);
    const context = (): string => `${sample.name}, round ${i}, ${hex(bad)}`;
    const ok = survive(() => {
      const message = sample.codec.decode(bad);
      // The second round must be a fixed point: nothing is lost between our own encoder and decoder.
      const again = sample.codec.encode(message);
      assert.equal(hex(sample.codec.encode(sample.codec.decode(again))), hex(again));
    }, context);
    if (ok) decoded++;
  }
  assert.ok(decoded > 3000 && decoded < 29_000, `${decoded} of 30000 decoded`);
});

test("mutated streams through the frame decoder, in random chunks", () => {
  const random = randomFrom(seed * 10 + 3);
  const payloads = samples.map((s) => s.codec.encode(s.message)).filter((p) => p.length < 500);
  for (let i = 0; i < 3000; i++) {
    const frames = Array.from({ length: 1 + random.below(4) }, () => ({
      type: random.below(0x10000),
      payload: payloads[random.below(payloads.length)]!,
    }));
    const stream = mutated(encodeFrames(frames), random);
    const decoder = new FrameDecoder({ maxPayloadBytes: 1000 });
    survive(
      () => {
        for (let at = 0; at < stream.length; ) {
          const size = 1 + random.below(100);
          decoder.push(stream.subarray(at, at + size));
          at += size;
          for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
            assert.ok(frame.payload.length <= 1000);
          }
          // At most one incomplete frame waits.
          assert.ok(decoder.bufferedBytes < 1008);
        }
        decoder.end();
      },
      () => `round ${i}, ${hex(stream)}`,
    );
  }
});

test("random texts through the id parsers", () => {
  const random = randomFrom(seed * 10 + 4);
  const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-=ü\u0000";
  const prefixes = ["inv_1", "dp_1", "sign_1", "prom_1", "sub_1", ""];
  for (let i = 0; i < 10_000; i++) {
    let text = prefixes[random.below(prefixes.length)]!;
    const length = [11, 22, 33, 38, random.below(60)][random.below(5)]!;
    const kinds = random.below(2) === 0 ? 62 : letters.length;
    while (text.length < length + 5) text += letters[random.below(kinds)];
    for (const parse of [
      parseInvocationId,
      parseDeploymentId,
      parseAwakeableId,
      (t: string) => parseResourceId("sub", t),
    ]) {
      survive(
        () => parse(text),
        () => JSON.stringify(text),
      );
    }
  }
});

test("broken manifests through the manifest parser", () => {
  const random = randomFrom(seed * 10 + 5);
  const valid = JSON.stringify({
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    protocolMode: "BIDI_STREAM",
    services: [
      {
        name: "S",
        ty: "SERVICE",
        metadata: { a: "b" },
        journalRetention: 5,
        handlers: [{ name: "h", input: { required: true, jsonSchema: {} }, enableLazyState: false }],
      },
    ],
  });
  const values = [null, 0, -1, 1.5, "x", "", true, [], {}, [[]], { a: 1 }, 1e300];
  let tried = 0;
  for (let i = 0; i < 3000; i++) {
    const manifest: unknown = JSON.parse(valid);
    // Walk to a random place and put something else there.
    let node = manifest as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(node);
      if (keys.length === 0) break;
      const key = keys[random.below(keys.length)]!;
      const child = node[key];
      if (typeof child === "object" && child !== null && random.below(3) > 0) node = child as typeof node;
      else {
        node[key] = values[random.below(values.length)];
        tried++;
        break;
      }
    }
    survive(
      () => parseManifest(manifest, 4),
      () => JSON.stringify(manifest),
    );
  }
  assert.ok(tried > 2000);
});
