import assert from "node:assert/strict";
import { createServer, type OutgoingHttpHeaders } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { ConnectionError } from "../connection-error.js";
import { FrameParser } from "../frame-parser.js";
import { Flag, FrameType, PREFACE } from "../frame-types.js";
import { bytes, headers, random, randomBytes, settings } from "../peer.test.kit.js";
import { HpackDecoder } from "./decoder.js";
import { decodeHuffman } from "./huffman.js";

/** Without a field that changes with the clock; an option that the types do not know. */
const NO_DATE: object = { endStream: true, sendDate: false };

test("every byte that node:http2 encodes is decoded, with and without a table", async () => {
  const answers: OutgoingHttpHeaders[] = [];
  const server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200, ...answers.shift()! }, NO_DATE);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sent: OutgoingHttpHeaders[] = [];
  for (let i = 0; i < 400; i++) {
    const fields: OutgoingHttpHeaders = {};
    for (let j = 0; j < 4; j++) fields[`x-${random(20)}-${"abcdefgh"[random(8)]}`] = randomValue();
    answers.push(fields);
    sent.push(fields);
  }
  for (const tableBytes of [4096, 0]) {
    const got = await blocksFrom((server.address() as AddressInfo).port, tableBytes, sent.length / 2);
    for (const fields of got) {
      const expected = Object.entries(sent.shift()!).flat();
      assert.deepEqual(fields, [":status", "200", ...expected]);
    }
  }
  server.close();
});

/** Bytes that node:http2 lets through: latin1 without controls and outer white space. */
function randomValue(): string {
  const codes = Array.from({ length: random(60) }, () => {
    const code = random(256);
    return code < 0x20 || code === 0x7f ? 0x21 + random(0x5e) : code;
  });
  return `v${String.fromCharCode(...codes)}v`;
}

async function blocksFrom(port: number, tableBytes: number, count: number): Promise<string[][]> {
  const decoder = new HpackDecoder(tableBytes, 65_536);
  const blocks: string[][] = [];
  const socket = connect(port, "127.0.0.1");
  socket.write(Buffer.concat([Buffer.from(PREFACE), settings([1, tableBytes])]));
  const next = () => {
    const fields = { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "x" };
    socket.write(headers(2 * blocks.length + 1, fields, true));
  };
  await new Promise<void>((resolve, reject) => {
    const parser = new FrameParser(
      {
        frame(type, flags, _streamId, source, start, end) {
          assert.notEqual(type, FrameType.RstStream);
          if (type !== FrameType.Headers) return;
          assert.ok(flags & Flag.EndHeaders);
          blocks.push(decoder.decode(source, start, end));
          if (blocks.length === count) resolve();
          else next();
        },
      },
      16_384,
    );
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      try {
        parser.read(chunk);
      } catch (error) {
        reject(error);
      }
    });
    next();
  });
  socket.destroy();
  return blocks;
}

function decoded(hex: string): string {
  const code = bytes(hex);
  return decodeHuffman(code, 0, code.length);
}

test("padding is the beginning of EOS, and shorter than a byte", () => {
  assert.equal(decoded(""), "");
  assert.equal(decoded("f1e3c2e5f23a6ba0ab90f4ff"), "www.example.com");
  assert.equal(decoded("1f"), "a", "a is 00011");
  assert.throws(() => decoded("18"), /bad padding/);
  assert.throws(() => decoded("1fff"), /bad padding/);
  assert.throws(() => decoded("ff"), /bad padding/);
  assert.throws(() => decoded("fffffffc"), /EOS within a string/);
  assert.throws(() => decoded("1fffffffff"), /EOS within a string/);
});

test("random codes are decoded or refused, and nothing else", () => {
  for (let i = 0; i < 20_000; i++) {
    const code = randomBytes(30);
    try {
      assert.ok(decodeHuffman(code, 0, code.length).length <= code.length * 1.6);
    } catch (error) {
      assert.ok(error instanceof ConnectionError, String(error));
    }
  }
});
