import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseParser } from "./response-parser.js";

function parse(...chunks: readonly Buffer[]): { status: number; body: string }[] {
  const found: { status: number; body: string }[] = [];
  const parser = new ResponseParser((status, body) => found.push({ status, body: body.toString() }));
  for (const chunk of chunks) parser.push(chunk);
  return found;
}

const TWO = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nContent-Length: 7\r\nDate: today\r\n\r\n"hello"' +
    'HTTP/1.1 202 Accepted\r\nx-content-length: 99\r\ncontent-length:  2 \r\n\r\n""',
);
const EXPECTED = [
  { status: 200, body: '"hello"' },
  { status: 202, body: '""' },
];

test("responses in one chunk", () => {
  assert.deepEqual(parse(TWO), EXPECTED);
});

test("responses cut at every place", () => {
  for (let cut = 0; cut <= TWO.length; cut++) {
    assert.deepEqual(parse(TWO.subarray(0, cut), TWO.subarray(cut)), EXPECTED, `cut at ${cut}`);
  }
});

test("responses byte by byte", () => {
  assert.deepEqual(parse(...Array.from(TWO, (byte) => Buffer.from([byte]))), EXPECTED);
});

test("empty bodies", () => {
  const bytes = Buffer.from(
    "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 \r\ncontent-length: 0\r\n\r\nHTTP/1.1 200\r\ncontent-length: 1\r\n\r\nx",
  );
  assert.deepEqual(parse(bytes), [
    { status: 204, body: "" },
    { status: 500, body: "" },
    { status: 200, body: "x" },
  ]);
});

test("what it does not understand is an error", () => {
  for (const [bytes, message] of [
    ["SSH-2.0-OpenSSH\r\n\r\n", /no HTTP/],
    ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", /without content-length/],
    ["HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", /99999999 bytes/],
    [`HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}`, /head of a response/],
  ] as const) {
    assert.throws(() => parse(Buffer.from(bytes)), message);
  }
});
