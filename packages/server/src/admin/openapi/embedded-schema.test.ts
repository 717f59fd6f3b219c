import assert from "node:assert/strict";
import { test } from "node:test";
import { embedded } from "./embedded-schema.js";

const POINTER = "#/components/schemas/x";

test("references within a schema lead to where it stands", () => {
  assert.deepEqual(
    embedded(
      {
        properties: { a: { $ref: "#/$defs/A" }, self: { $ref: "#" } },
        anyOf: [{ $ref: "#/$defs/A" }, true],
        $defs: { A: { type: "string" } },
      },
      POINTER,
    ),
    {
      properties: { a: { $ref: `${POINTER}/$defs/A` }, self: { $ref: POINTER } },
      anyOf: [{ $ref: `${POINTER}/$defs/A` }, true],
      $defs: { A: { type: "string" } },
    },
  );
});

test("all else stays: references out of it, anchors, data, and schemas that have an id", () => {
  for (const schema of [
    true,
    { $ref: "https://example.org/schema" },
    { $ref: "#anchor" },
    {
      const: { $ref: "#/a" },
      enum: [{ $ref: "#/a" }],
      default: { $ref: "#/a" },
      examples: [{ $ref: "#/a" }],
    },
    { $id: "https://example.org/x", properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: {} } },
  ]) {
    assert.deepEqual(embedded(schema, POINTER), schema);
  }
});

test("properties may be called like keywords", () => {
  assert.deepEqual(embedded({ properties: { enum: { $ref: "#" }, $ref: { $ref: "#" } } }, POINTER), {
    properties: { enum: { $ref: POINTER }, $ref: { $ref: POINTER } },
  });
});
