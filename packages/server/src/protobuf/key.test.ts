import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type FieldDescriptorProto, FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { SERVER_DEFAULTS } from "../registry/defaults.js";
import { resolveService } from "../registry/resolve.js";
import type { Deployment } from "../registry/schema.js";
import { parseContract } from "./contract.js";
import { fixtureContract, fixtureSchema } from "./fixtures.test.kit.js";
import { keyText } from "./key.js";
import { parseJson } from "./mapping.js";
import { rewritten } from "./rewrite.test.kit.js";

/** The text of the key of Counter/Add, whose key field is of another type. */
function textOf(change: (field: FieldDescriptorProto) => void, json: string): string | null {
  const base64 = rewritten((fixture) => change(fixture.field("AddRequest", "counter")));
  const method = parseContract("org.example.Counter", base64).methods.get("Add");
  assert.ok(method);
  return keyText(method, parseJson(method.input, JSON.parse(json), method.types));
}

const message = (name: string) => (field: FieldDescriptorProto) => {
  field.type = Type.MESSAGE;
  field.typeName = name;
};
const scalar = (type: Type) => (field: FieldDescriptorProto) => {
  field.type = type;
};

const cases: readonly (readonly [
  what: string,
  (field: FieldDescriptorProto) => void,
  json: string,
  text: string,
])[] = [
  ["a string", () => {}, '{"counter": "ключ/1"}', "ключ/1"],
  ["no string", () => {}, "{}", ""],
  ["an integer", scalar(Type.SINT32), '{"counter": -7}', "-7"],
  ["no integer", scalar(Type.UINT32), "{}", "0"],
  ["a large integer", scalar(Type.UINT64), '{"counter": "18446744073709551615"}', "18446744073709551615"],
  ["a boolean", scalar(Type.BOOL), '{"counter": true}', "true"],
  ["no boolean", scalar(Type.BOOL), "{}", "false"],
  ["bytes", scalar(Type.BYTES), '{"counter": "+/8"}', "-_8"],
  [
    "an enum",
    (field) => {
      field.type = Type.ENUM;
      field.typeName = ".org.example.Colour";
    },
    '{"counter": "RED"}',
    "1",
  ],
  ["a message", message(".org.example.GreetRequest"), '{"counter": {"name": "Pete"}}', "CgRQZXRl"],
  ["no message", message(".org.example.GreetRequest"), "{}", ""],
  ["a well-known message", message(".google.protobuf.Duration"), '{"counter": "1s"}', "CAE"],
];
for (const [what, change, json, text] of cases) {
  test(`the key of ${what} is '${text}'`, () => assert.equal(textOf(change, json), text));
}

test("unkeyed services have no key, singletons have one for all", () => {
  const empty = create(fixtureContract("org.example.Clock").methods.get("Tick")?.input as never);
  const [greet, tick] = [
    fixtureContract("org.example.Greeter").methods.get("Greet"),
    fixtureContract("org.example.Clock").methods.get("Tick"),
  ];
  assert.ok(greet && tick);
  assert.equal(keyText(greet, empty), null);
  assert.equal(keyText(tick, empty), "singleton");
});

test("a registered handler that is keyed by its request knows the key", () => {
  const keyOf = (service: string, handler: string, hex: string) =>
    resolveService({} as Deployment, fixtureSchema(service), {}, SERVER_DEFAULTS)
      .handlers.get(handler)
      ?.keyOf?.(Buffer.from(hex, "hex"));
  assert.equal(keyOf("org.example.Counter", "Add", "0a0450657465"), "Pete");
  assert.equal(keyOf("org.example.Counter", "Add", ""), "");
  assert.equal(keyOf("org.example.Counter", "Add", "0aff"), null);
  assert.equal(keyOf("org.example.Clock", "Tick", ""), "singleton");
  assert.equal(keyOf("org.example.Greeter", "Greet", ""), undefined);
});
