import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBindAddress, parseBindAddress } from "./bind-address.js";

test("addresses are a host and a port", () => {
  for (const [text, host, port] of [
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    ["0.0.0.0:0", "0.0.0.0", 0],
    ["localhost:9070", "localhost", 9070],
    ["[::1]:8080", "::1", 8080],
    ["[::]:65535", "::", 65535],
  ] as const) {
    assert.deepEqual(parseBindAddress(text), { host, port }, text);
    assert.equal(formatBindAddress({ host, port }), text);
  }
});

test("other texts are no addresses", () => {
  for (const text of [
    "",
    "8080",
    ":8080",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:70000",
    "::1:8080",
    "[localhost]:1",
  ]) {
    assert.equal(parseBindAddress(text), undefined, JSON.stringify(text));
  }
  assert.equal(parseBindAddress("http://localhost:8080"), undefined);
  assert.equal(parseBindAddress("host name:8080"), undefined);
});
