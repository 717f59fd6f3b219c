import assert from "node:assert/strict";
import { test } from "node:test";
import { isNotification } from "../message-types.js";
import { MessageType } from "../messages.js";
import * as codec from "./index.js";
import { samples } from "./samples.test.helper.js";

for (const { name, codec: of, message } of samples) {
  test(`${name} survives encoding and decoding`, () => {
    assert.deepEqual(of.decode(of.encode(message)), message);
  });
}

test("there is a codec with samples for every message type, and its type is right", () => {
  const sampled = new Set(samples.map((s) => s.name.split(" ")[0]));
  for (const [name, type] of Object.entries(MessageType)) {
    if (isNotification(type)) continue;
    const of = (codec as unknown as Record<string, { type: number; name: string }>)[name];
    assert.equal(of?.type, type, name);
    assert.equal(of.name, name);
    assert.ok(sampled.has(name), `no sample of ${name}`);
  }
});

test("messages of one slab do not overwrite each other", () => {
  const payloads = samples.map((s) => s.codec.encode(s.message));
  samples.forEach((s, i) => {
    assert.deepEqual(s.codec.decode(payloads[i]!), s.message, s.name);
  });
});

test("a message larger than a slab gets a buffer of its own, and small ones after it do not keep it", () => {
  const value = new Uint8Array(1_000_000).fill(1);
  const large = codec.Input.encode({ headers: [], value });
  const small = codec.Run.encode({ resultCompletionId: 1 });
  assert.deepEqual(codec.Input.decode(large).value, value);
  assert.ok(large.buffer.byteLength < 1_100_000);
  assert.notEqual(small.buffer, large.buffer);
});

test("an encoder that throws leaves nothing behind", () => {
  const bad = { wakeUpTime: 1, resultCompletionId: -1, name: "x" };
  assert.throws(() => codec.Sleep.encode(bad), { name: "ProtocolError", code: "out-of-range" });
  assert.deepEqual(codec.Run.encode({ resultCompletionId: 1 }), Uint8Array.of(0x58, 1));
});

for (const id of [-1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`an id of ${id} is refused on encoding`, () => {
    assert.throws(() => codec.Run.encode({ resultCompletionId: id }), { code: "out-of-range" });
    assert.throws(() => codec.Suspension.encode({ completions: [id], signals: [], namedSignals: [] }), {
      code: "out-of-range",
    });
  });
}

for (const time of [-1, 0.5, 2 ** 53, Number.NaN]) {
  test(`a time of ${time} is refused on encoding`, () => {
    assert.throws(() => codec.Sleep.encode({ wakeUpTime: time, resultCompletionId: 1 }), {
      code: "out-of-range",
    });
  });
}
