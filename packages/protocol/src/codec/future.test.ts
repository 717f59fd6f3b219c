import assert from "node:assert/strict";
import { test } from "node:test";
import { Combinator, type Future } from "../messages.js";
import * as codec from "./index.js";

/** A chain of so many levels, the root included. */
function chain(levels: number): Future {
  let future: Future = {
    completions: [1],
    signals: [],
    namedSignals: [],
    nested: [],
    combinator: Combinator.FirstCompleted,
  };
  for (let i = 1; i < levels; i++) {
    future = {
      completions: [],
      signals: [],
      namedSignals: [],
      nested: [future],
      combinator: Combinator.AllCompleted,
    };
  }
  return future;
}

function depthOf(future: Future): number {
  let depth = 1;
  for (let f = future; f.nested.length > 0; f = f.nested[0]!) depth++;
  return depth;
}

/** The bytes of a chain, written by hand: the encoder would refuse a deep one. */
function chainBytes(levels: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let i = 1; i < levels; i++) {
    const header: number[] = [0x22];
    for (let rest = length; ; rest >>>= 7) {
      if (rest < 0x80) {
        header.push(rest);
        break;
      }
      header.push((rest & 0x7f) | 0x80);
    }
    parts.push(Uint8Array.from(header));
    length += header.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts.reverse()) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

test("a tree at the limit of depth passes", () => {
  const future = chain(codec.MAX_FUTURE_DEPTH);
  assert.deepEqual(depthOf(codec.Future.decode(codec.Future.encode(future))), codec.MAX_FUTURE_DEPTH);
  const suspension = { completions: [], signals: [], namedSignals: [], awaitingOn: future };
  assert.equal(depthOf(codec.Suspension.decode(codec.Suspension.encode(suspension)).awaitingOn!), 1000);
});

test("a tree one level deeper is refused, on encoding and on decoding", () => {
  const tooDeep = { name: "ProtocolError", code: "too-deep" };
  assert.throws(() => codec.Future.encode(chain(codec.MAX_FUTURE_DEPTH + 1)), tooDeep);
  assert.throws(() => codec.Future.decode(chainBytes(codec.MAX_FUTURE_DEPTH + 1)), tooDeep);
  assert.equal(depthOf(codec.Future.decode(chainBytes(codec.MAX_FUTURE_DEPTH))), codec.MAX_FUTURE_DEPTH);
});

test("a hostile tree of a million levels does not overflow the stack", () => {
  assert.throws(() => codec.Future.decode(chainBytes(1_000_000)), { code: "too-deep" });
});

test("a wide tree keeps its order", () => {
  const future: Future = {
    completions: Array.from({ length: 5000 }, (_, i) => i * 1000),
    signals: [3, 2, 1],
    namedSignals: ["z", "a"],
    nested: Array.from({ length: 500 }, (_, i) => ({ ...chain(3), signals: [i] })),
    combinator: Combinator.FirstSucceededOrAllFailed,
  };
  assert.deepEqual(codec.Future.decode(codec.Future.encode(future)), future);
});
