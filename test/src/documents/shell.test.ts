import assert from "node:assert/strict";
import { test } from "node:test";
import { wordsOf } from "./shell.js";

test("words, quoted words, a prompt and substitutions", () => {
  assert.deepEqual(wordsOf(`$ curl <HOST>/a -d '{"b": "c d"}'`, { "<HOST>": "127.0.0.1:1" }), [
    "curl",
    "127.0.0.1:1/a",
    "-d",
    '{"b": "c d"}',
  ]);
});

test("what a shell would not take is refused", () => {
  assert.throws(() => wordsOf("curl <HOST>/a", {}), /cannot read/);
  assert.throws(() => wordsOf("curl -d 'a b", {}), /cannot read/);
});
