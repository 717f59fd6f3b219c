import assert from "node:assert/strict";
import { test } from "node:test";
import { create, createRegistry, type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  AnySchema,
  BytesValueSchema,
  DescriptorProtoSchema,
  FieldMaskSchema,
  FieldOptionsSchema,
  Int64ValueSchema,
  UninterpretedOptionSchema,
} from "@bufbuild/protobuf/wkt";
import { Ajv2020 } from "ajv/dist/2020.js";
import { fixtureMessage } from "../../protobuf/fixtures.test.kit.js";
import { writeJson } from "../../protobuf/mapping.js";
import { MessageSchemas } from "./message-schema.js";

function validatorOf(message: DescMessage): (json: unknown) => boolean {
  const messages = new MessageSchemas();
  const schema = messages.reference(message) as object;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, components: { schemas: messages.schemas } });
  return (json) => validate(json) as boolean;
}

const kinds = fixtureMessage("org.example.Kinds");
const types = createRegistry(kinds);

const filled: JsonValue = {
  big: "-9007199254740993",
  unsignedBig: "18446744073709551615",
  data: "AAEC",
  colour: "RED",
  at: "2026-01-02T03:04:05Z",
  lasting: "-1.500s",
  object: { a: [1, null, { b: true }] },
  anything: [1, "x"],
  numbers: [1, -2],
  flags: { yes: true },
  maybe: "",
  real: "NaN",
  nested: { real: 0.5, nested: {} },
};

test("what the server writes fits the schema, with everything in it and with nothing", () => {
  const isValid = validatorOf(kinds);
  for (const json of [filled, {}, { real: 1.5, object: null }]) {
    const written: unknown = JSON.parse(writeJson(kinds, fromJson(kinds, json, { registry: types }), types));
    assert.ok(isValid(written), JSON.stringify(written));
  }
});

test("what is no such message does not fit", () => {
  const isValid = validatorOf(kinds);
  for (const wrong of [
    { big: "x" },
    { data: 1 },
    { colour: "BLUE" },
    { lasting: "soon" },
    { numbers: ["1.5"] },
    { numbers: 1 },
    { flags: { yes: 1 } },
    { real: "much" },
    { nested: { colour: 7 } },
    { object: [] },
    { other: 1 },
    [],
  ]) {
    assert.ok(!isValid(wrong), JSON.stringify(wrong));
  }
});

test("messages that hold themselves, required fields, and fields of a oneof", () => {
  const isNested = validatorOf(DescriptorProtoSchema);
  const nested = create(DescriptorProtoSchema, { name: "A", nestedType: [{ name: "B", nestedType: [{}] }] });
  const registry = createRegistry(DescriptorProtoSchema);
  assert.ok(isNested(JSON.parse(writeJson(DescriptorProtoSchema, nested, registry))));
  assert.ok(!isNested({ nestedType: [{ nestedType: [{ name: 1 }] }] }));
  const isOption = validatorOf(UninterpretedOptionSchema);
  assert.ok(isOption({ name: [{ namePart: "a", isExtension: false }] }));
  assert.ok(!isOption({ name: [{ namePart: "a" }] }));
  const messages = new MessageSchemas();
  messages.reference(fixtureMessage("google.protobuf.Value"));
  assert.deepEqual(Object.keys(messages.schemas), ["google.protobuf.Value"]);
});

test("messages with a form of their own", () => {
  for (const [message, right, wrong] of [
    [AnySchema, { "@type": "type.googleapis.com/a.B", x: 1 }, "a.B"],
    [BytesValueSchema, "AA==", {}],
    [FieldMaskSchema, "a,b.c", ["a"]],
    [Int64ValueSchema, "5", { value: "5" }],
  ] as const) {
    const isValid = validatorOf(message);
    assert.ok(isValid(right), message.typeName);
    assert.ok(!isValid(wrong), message.typeName);
  }
});

test("messages that others may extend take fields that are not in the schema", () => {
  const isValid = validatorOf(FieldOptionsSchema);
  assert.ok(isValid({ "[org.example.extension]": 1 }));
  assert.ok(!isValid({ lazy: 1 }));
});
