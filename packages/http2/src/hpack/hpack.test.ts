import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionError } from "../connection-error.js";
import { bytes, randomBytes } from "../peer.test.kit.js";
import { HpackDecoder } from "./decoder.js";
import { encodeFields, encodeName, HeaderBlock } from "./encoder.js";

const LIST_BYTES = 65_536;

function decode(decoder: HpackDecoder, block: Buffer): string[] {
  return decoder.decode(block, 0, block.length);
}

function fails(hex: string, says: RegExp): void {
  const block = bytes(hex);
  assert.throws(
    () => decode(new HpackDecoder(4096, LIST_BYTES), block),
    (error) => error instanceof ConnectionError && says.test(error.message) && error.errorCode === 9,
  );
}

// Each group is one connection. Source: RFC 7541, appendix C.
const request1 = ":method GET :scheme http :path / :authority www.example.com";
const request2 = `${request1} cache-control no-cache`;
const request3 =
  ":method GET :scheme https :path /index.html :authority www.example.com custom-key custom-value";
const response1 =
  ":status 302 cache-control private date Mon,_21_Oct_2013_20:13:21_GMT location https://www.example.com";
const response2 = response1.replace("302", "307");
const response3 =
  ":status 200 cache-control private date Mon,_21_Oct_2013_20:13:22_GMT location https://www.example.com " +
  "content-encoding gzip set-cookie foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU;_max-age=3600;_version=1";

const vectors: readonly [what: string, table: number, blocks: readonly [hex: string, fields: string][]][] = [
  ["C.2.1", 4096, [["400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key custom-header"]]],
  ["C.2.2", 4096, [["040c2f73616d706c652f70617468", ":path /sample/path"]]],
  ["C.2.3", 4096, [["100870617373776f726406736563726574", "password secret"]]],
  ["C.2.4", 4096, [["82", ":method GET"]]],
  [
    "C.3, requests without Huffman codes",
    4096,
    [
      ["828684410f7777772e6578616d706c652e636f6d", request1],
      ["828684be58086e6f2d6361636865", request2],
      ["828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", request3],
    ],
  ],
  [
    "C.4, requests with Huffman codes",
    4096,
    [
      ["828684418cf1e3c2e5f23a6ba0ab90f4ff", request1],
      ["828684be5886a8eb10649cbf", request2],
      ["828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", request3],
    ],
  ],
  [
    "C.5, responses without Huffman codes, with evictions",
    256,
    [
      [
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        response1,
      ],
      ["4803333037c1c0bf", response2],
      [
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
        response3,
      ],
    ],
  ],
  [
    "C.6, responses with Huffman codes, with evictions",
    256,
    [
      [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        response1,
      ],
      ["4883640effc1c0bf", response2],
      [
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
        response3,
      ],
    ],
  ],
];

for (const [what, table, blocks] of vectors) {
  test(`RFC 7541, ${what}`, () => {
    const decoder = new HpackDecoder(table, LIST_BYTES);
    for (const [hex, fields] of blocks) {
      const expected = fields.split(" ").map((field) => field.replaceAll("_", " "));
      assert.deepEqual(decode(decoder, bytes(hex)), expected);
    }
  });
}

test("what cannot be decoded is COMPRESSION_ERROR", () => {
  fails("80", /index 0/);
  fails("be", /index 62/);
  fails("ffffffffff7f", /integer of too many bytes/);
  fails("ff80808080808000", /integer of too many bytes/);
  fails("ff", /no end/);
  fails("400a6375", /no end/);
  fails("40", /no end/);
  fails("82 20", /size update after a field/);
  fails("3fe21f", /table of 4097 bytes/);
});

test("size updates empty the table and let it grow again", () => {
  const decoder = new HpackDecoder(4096, LIST_BYTES);
  assert.deepEqual(decode(decoder, bytes("4001610162")), ["a", "b"]);
  assert.deepEqual(decode(decoder, bytes("be")), ["a", "b"]);
  const before = decoder.generation;
  // To 0 and back to 4096, at the beginning of one block.
  assert.deepEqual(decode(decoder, bytes("203fe11f82")), [":method", "GET"]);
  assert.notEqual(decoder.generation, before);
  assert.throws(() => decode(decoder, bytes("be")), /index 62/);
});

test("a table of 0 bytes takes literals with indexing, and stays empty", () => {
  const decoder = new HpackDecoder(0, LIST_BYTES);
  assert.deepEqual(decode(decoder, bytes("20 4001610162 4001610162")), ["a", "b", "a", "b"]);
  assert.throws(() => decode(decoder, bytes("be")), /index 62/);
  assert.throws(() => decode(decoder, bytes("21")), /table of 1 bytes/);
});

test("a list beyond the limit is cut, and the table stays right", () => {
  const decoder = new HpackDecoder(4096, 100);
  const large = `40 0162 7f21 ${"78".repeat(160)}`;
  assert.deepEqual(decode(decoder, bytes(`4001610162 ${large}`)), ["a", "b"]);
  assert.equal(decoder.isTooLarge, true);
  assert.deepEqual(decode(decoder, bytes("bf")), ["a", "b"]);
  assert.equal(decoder.isTooLarge, false);
});

test("what is encoded is decoded, whatever its length", () => {
  const decoder = new HpackDecoder(4096, 1_000_000);
  for (const length of [0, 1, 126, 127, 128, 254, 255, 256, 1000, 16_510, 16_511, 200_000]) {
    const fields = [
      [":method", "POST"],
      [":path", "/p"],
      ["content-type", "x".repeat(length)],
      ["authorization", "secret"],
      ["x-mine", "y".repeat(length)],
    ] as const;
    assert.deepEqual(decode(decoder, encodeFields(fields)), fields.flat());
  }
  assert.equal(decoder.generation, 0, "nothing goes into the table");
});

test("fields that repeat are encoded once, and secrets are never indexed", () => {
  const block = new HeaderBlock();
  block.encoded(encodeFields([["authorization", "s"]]));
  block.encoded(encodeName("x-id"));
  block.value("7");
  assert.equal(block.bytes.toString("hex", 0, block.length), "1f08017300" + "04782d69640137");
  block.clear();
  assert.equal(block.length, 0);
});

test("random blocks are decoded or refused, and nothing else", () => {
  for (let i = 0; i < 20_000; i++) {
    const decoder = new HpackDecoder(4096, 4096);
    try {
      for (let j = 0; j < 3; j++) decode(decoder, randomBytes(40));
    } catch (error) {
      assert.ok(error instanceof ConnectionError, String(error));
    }
  }
});
