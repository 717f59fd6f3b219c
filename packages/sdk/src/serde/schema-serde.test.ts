import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import * as z from "zod";
import { TerminalError } from "../errors.js";
import { serde } from "../serde.js";
import { SchemaSerde, standardSchemaSerde } from "./schema-serde.js";

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** The same schema in every library: an order with an id, and a total above 0. */
const libraries = {
  zod: serde.schema(z.object({ id: z.string(), total: z.number().positive() })),
  valibot: serde.schema(
    toStandardJsonSchema(v.object({ id: v.string(), total: v.pipe(v.number(), v.minValue(1)) })),
  ),
  arktype: serde.schema(type({ id: "string", total: "number > 0" })),
};

for (const [library, order] of Object.entries(libraries)) {
  describe(`a schema of ${library}`, () => {
    it("reads and writes JSON", () => {
      const value = { id: "a", total: 2 };
      assert.equal(order.contentType, "application/json");
      assert.equal(text(order.serialize(value)), JSON.stringify(value));
      assert.deepEqual(order.deserialize(bytes(value)), value);
    });

    it("names every issue of a value that does not fit, in a terminal error with code 400", () => {
      assert.throws(
        () => order.deserialize(bytes({ id: 3, total: -1 })),
        (error) =>
          error instanceof TerminalError &&
          error.code === 400 &&
          /\(at \/id\)/.test(error.message) &&
          /\(at \/total\)/.test(error.message),
      );
    });

    it("takes no bytes for undefined, which it refuses", () => {
      assert.throws(() => order.deserialize(new Uint8Array(0)), TerminalError);
    });

    it("has a JSON Schema", () => {
      const schema = order.jsonSchema as { type: string; required: string[]; properties: object };
      assert.equal(schema.type, "object");
      assert.deepEqual([...schema.required].sort(), ["id", "total"]);
      assert.deepEqual(Object.keys(schema.properties).sort(), ["id", "total"]);
    });
  });
}

/** A schema that is made by hand, as any library's could be. */
function schemaOf<T>(
  validate: StandardSchemaV1.Props<unknown, T>["validate"],
  more: object = {},
): StandardSchemaV1<unknown, T> {
  return { "~standard": { version: 1, vendor: "test", validate, ...more } };
}

describe("a serde of a Standard Schema", () => {
  it("has no JSON Schema where the library makes none", () => {
    assert.equal(serde.schema(v.object({ id: v.string() })).jsonSchema, undefined);
    assert.equal(serde.schema(z.map(z.string(), z.date())).jsonSchema, undefined, "cannot be said in it");
  });

  it("has no content type if the schema takes no value", () => {
    assert.equal(serde.schema(z.void()).contentType, undefined);
    assert.equal(serde.schema(z.void()).deserialize(new Uint8Array(0)), undefined);
  });

  it("tells what callers send from what handlers get", () => {
    const paged = standardSchemaSerde(z.object({ page: z.number().default(1) }));
    assert.deepEqual(paged.deserialize(bytes({})), { page: 1 });
    assert.deepEqual((paged.inputJsonSchema as { required?: string[] }).required, undefined);
    assert.deepEqual((paged.jsonSchema as { required?: string[] }).required, ["page"]);
  });

  it("makes JSON Schemas once, and only when asked", () => {
    let made = 0;
    const made2020 = ({ target }: { target: string }) => ({ made: ++made, target });
    const custom = serde.schema(
      schemaOf((value) => ({ value }), { jsonSchema: { input: made2020, output: made2020 } }),
    );
    assert.equal(made, 0);
    assert.deepEqual(custom.jsonSchema, { made: 1, target: "draft-2020-12" });
    assert.deepEqual(custom.jsonSchema, { made: 1, target: "draft-2020-12" });
  });

  it("hands the options to the library", () => {
    const seen: unknown[] = [];
    const schema = schemaOf(
      (value, options) => {
        seen.push(options?.libraryOptions);
        return { value };
      },
      { jsonSchema: { output: (options: { libraryOptions: unknown }) => ({ got: options.libraryOptions }) } },
    );
    const custom = serde.schema(schema, { strict: true }, { refs: "inline" });
    custom.deserialize(bytes(1));
    assert.deepEqual(seen.at(-1), { strict: true });
    assert.deepEqual(custom.jsonSchema, { got: { refs: "inline" } });
  });

  it("reads paths of segments, and issues without a path", () => {
    const broken = serde.schema(
      schemaOf((value) => ({
        issues: value === undefined ? [{ message: "a" }] : [{ message: "b", path: [{ key: "x" }, 0] }],
      })),
    );
    assert.throws(() => broken.deserialize(new Uint8Array(0)), /\n\* a$/);
    assert.throws(() => broken.deserialize(bytes(1)), /\n\* \(at \/x\/0\) b$/);
  });

  it("refuses schemas that validate asynchronously, as soon as it shows", () => {
    assert.throws(() => serde.schema(schemaOf(async (value) => ({ value }))), /validates asynchronously/);
    const late = serde.schema(z.string().refine(async () => true));
    assert.throws(() => late.deserialize(bytes("x")), /validates asynchronously/);
  });

  it("is what serde.schema makes", () => {
    assert.ok(libraries.zod instanceof SchemaSerde);
  });
});

describe("the other serdes", () => {
  it("take nothing where nothing belongs", () => {
    assert.equal(serde.empty.serialize(undefined).length, 0);
    assert.throws(() => serde.empty.serialize(1 as never), /no value but undefined/);
    assert.throws(() => serde.empty.deserialize(bytes(1)), /1 bytes where none belong/);
  });

  it("announce a JSON Schema that they do not check", () => {
    const names = serde.json.schema<string[]>({ type: "array" });
    assert.deepEqual(names.jsonSchema, { type: "array" });
    assert.deepEqual(new serde.JsonSerde<string>({ type: "string" }).jsonSchema, { type: "string" });
    assert.equal(names.deserialize(bytes(1)) as unknown, 1);
  });
});
