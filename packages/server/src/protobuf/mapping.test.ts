import assert from "node:assert/strict";
import { test } from "node:test";
import { fixtureContract, fixtureMessage } from "./fixtures.test.kit.js";
import { MessageError, parseBinary, parseJson, parseJsonText, writeBinary, writeJson } from "./mapping.js";

const { types } = fixtureContract("org.example.Greeter");
const kinds = fixtureMessage("org.example.Kinds");

function throughBinary(json: string): string {
  const message = parseJson(kinds, parseJsonText(Buffer.from(json)), types);
  return writeJson(kinds, parseBinary(kinds, writeBinary(kinds, message)), types);
}

/** Fields that are always there, as they are written by default. */
const DEFAULTS = {
  big: "0",
  unsignedBig: "0",
  data: "",
  colour: "COLOUR_UNSPECIFIED",
  numbers: [],
  flags: {},
  real: 0,
};

const same: readonly (readonly [what: string, json: object, expected?: object])[] = [
  ["nothing", {}],
  ["64-bit integers as numbers", { big: 5, unsignedBig: 6 }, { big: "5", unsignedBig: "6" }],
  ["64-bit integers as strings", { big: "-9223372036854775808", unsignedBig: "18446744073709551615" }],
  ["an enum by number", { colour: 1 }, { colour: "RED" }],
  ["an enum value that is not known", { colour: 77 }],
  ["fields by their names in the .proto file", { unsigned_big: "1" }, { unsignedBig: "1" }],
  ["an optional field with its default", { maybe: "" }],
  ["null, which is as if it were not there", { big: null, numbers: null, maybe: null }, {}],
  ["null as a value", { anything: null }],
  ["base64url", { data: "-_8" }, { data: "+/8=" }],
  ["times", { at: "1970-01-01T00:00:00Z", lasting: "-0.000000001s" }],
  ["numbers that JSON cannot write", { real: "-Infinity" }],
  ["nested messages", { nested: { ...DEFAULTS, big: "1", nested: { ...DEFAULTS } } }],
  ["any JSON", { object: { a: [1, { b: null }] }, anything: [true, "x", { y: {} }] }],
];
for (const [what, json, expected = json] of same) {
  test(`${what}: through protobuf and back`, () => {
    assert.deepEqual(JSON.parse(throughBinary(JSON.stringify(json))), { ...DEFAULTS, ...expected });
  });
}

const wrong: readonly (readonly [what: string, json: string])[] = [
  ["a fraction for an integer", '{"big": 1.5}'],
  ["an integer that is too large", '{"big": "9223372036854775808"}'],
  ["a negative unsigned integer", '{"unsignedBig": -1}'],
  ["an unknown enum value", '{"colour": "BLUE"}'],
  ["no base64", '{"data": "%"}'],
  ["no time", '{"at": "yesterday"}'],
  ["an unknown field of a nested message", '{"nested": {"x": 1}}'],
  ["a field twice, by both names", '{"unsigned_big": 1, "unsignedBig": 2}'],
  ["a map's wrong value", '{"flags": {"a": 1}}'],
  ["a prototype", '{"__proto__": {}}'],
  ["null in a list", '{"numbers": [null]}'],
];
for (const [what, json] of wrong) {
  test(`${what} is refused`, () => assert.throws(() => throughBinary(json), MessageError));
}

test("random bytes are a message or a MessageError, nothing else", () => {
  let seed = 42;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 16;
  };
  for (let round = 0; round < 3_000; round++) {
    const bytes = Uint8Array.from({ length: random() % 40 }, () => random() & 0xff);
    for (const parse of [
      () => parseBinary(kinds, bytes),
      () => parseJson(kinds, parseJsonText(bytes), types),
    ]) {
      try {
        parse();
      } catch (error) {
        assert.ok(error instanceof MessageError, String(error));
      }
    }
  }
});
