import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import * as keys from "../fixtures/es/test/keys_pb.js";
import { canBeKey, keyText } from "./key-text.js";

const fieldOf = (type: DescMessage) => type.fields.find(({ name }) => name === "key")!;

function textOf<T extends DescMessage>(type: T, init: MessageInitShape<T>): string {
  return keyText(fieldOf(type), toBinary(type, create(type, init)));
}

describe("the text of a key", () => {
  const cases: readonly [string, string, string][] = [
    ["string", textOf(keys.TextKeySchema, { key: "Žofie 1" }), "Žofie 1"],
    ["no string", textOf(keys.TextKeySchema, {}), ""],
    ["int32", textOf(keys.Int32KeySchema, { key: -7 }), "-7"],
    ["no int32", textOf(keys.Int32KeySchema, {}), "0"],
    ["int64", textOf(keys.Int64KeySchema, { key: -(2n ** 63n) }), "-9223372036854775808"],
    ["no int64", textOf(keys.Int64KeySchema, {}), "0"],
    ["uint32", textOf(keys.Uint32KeySchema, { key: 4294967295 }), "4294967295"],
    ["uint64", textOf(keys.Uint64KeySchema, { key: 2n ** 64n - 1n }), "18446744073709551615"],
    ["sint32", textOf(keys.Sint32KeySchema, { key: -2147483648 }), "-2147483648"],
    ["sint64", textOf(keys.Sint64KeySchema, { key: -3n }), "-3"],
    ["fixed32", textOf(keys.Fixed32KeySchema, { key: 3000000000 }), "3000000000"],
    ["fixed64", textOf(keys.Fixed64KeySchema, { key: 5n }), "5"],
    ["sfixed32", textOf(keys.Sfixed32KeySchema, { key: -5 }), "-5"],
    ["sfixed64", textOf(keys.Sfixed64KeySchema, { key: -5n }), "-5"],
    ["true", textOf(keys.BoolKeySchema, { key: true }), "true"],
    ["no bool", textOf(keys.BoolKeySchema, {}), "false"],
    ["enum", textOf(keys.EnumKeySchema, { key: keys.Color.BLUE }), "2"],
    ["no enum", textOf(keys.EnumKeySchema, {}), "0"],
    ["an enum's value that nobody knows", textOf(keys.EnumKeySchema, { key: -1 as keys.Color }), "-1"],
    ["bytes", textOf(keys.BytesKeySchema, { key: Uint8Array.of(0xfb, 0xff, 0xfe, 0) }), "-__-AA"],
    ["no bytes", textOf(keys.BytesKeySchema, {}), ""],
    ["message", textOf(keys.MessageKeySchema, { key: { x: 1, y: 2 } }), "CAEQAg"],
    ["an empty message", textOf(keys.MessageKeySchema, { key: {} }), ""],
    ["no message", textOf(keys.MessageKeySchema, {}), ""],
  ];
  for (const [what, actual, expected] of cases) {
    it(`of ${what} is '${expected}'`, () => assert.equal(actual, expected));
  }

  it("is the same however the message was encoded", () => {
    const key = fieldOf(keys.MessageKeySchema);
    // y before x; then x and y in two parts.
    assert.equal(keyText(key, Uint8Array.from([0x0a, 4, 0x10, 2, 0x08, 1])), "CAEQAg");
    assert.equal(keyText(key, Uint8Array.from([0x0a, 2, 0x08, 1, 0x0a, 2, 0x10, 2])), "CAEQAg");
  });

  it("is that of the last occurrence, wherever it stands", () => {
    const bytes = Buffer.concat([
      toBinary(keys.TextKeySchema, create(keys.TextKeySchema, { key: "first", other: "x" })),
      toBinary(keys.TextKeySchema, create(keys.TextKeySchema, { key: "last" })),
    ]);
    assert.equal(keyText(fieldOf(keys.TextKeySchema), bytes), "last");
  });

  it("is refused when the bytes are no message", () => {
    const key = fieldOf(keys.TextKeySchema);
    for (const bytes of [[0x12, 5, 0x61], [0x12], [0x12, 2, 0xff, 0xfe], [0]]) {
      assert.throws(() => keyText(key, Uint8Array.from(bytes)), Error, bytes.join());
    }
  });
});

describe("a key", () => {
  it("is one value that has one text", () => {
    const good = [keys.TextKeySchema, keys.BoolKeySchema, keys.BytesKeySchema, keys.MessageKeySchema];
    const bad = [keys.FloatKeySchema, keys.RepeatedKeySchema, keys.MapKeySchema];
    for (const type of good) assert.ok(canBeKey(fieldOf(type)), type.typeName);
    for (const type of bad) assert.ok(!canBeKey(fieldOf(type)), type.typeName);
  });
});
