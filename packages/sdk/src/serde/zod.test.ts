import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import * as z3 from "zod/v3";
import { TerminalError } from "../errors.js";
import type { Serde } from "../serde.js";
import { serde } from "./zod.js";

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe("serde.zod", () => {
  it("checks what it reads, with both versions of zod", () => {
    for (const order of [
      serde.zod(z.object({ total: z.number() })),
      serde.zod(z3.object({ total: z3.number() })),
    ] satisfies Serde<{ total: number }>[]) {
      assert.deepEqual(order.deserialize(bytes({ total: 1 })), { total: 1 });
      assert.throws(
        () => order.deserialize(bytes({ total: "1" })),
        (error) => error instanceof TerminalError && error.code === 400 && /at \/total/.test(error.message),
      );
    }
  });

  it("has a JSON Schema even where parts of the schema cannot be said in one", () => {
    const { jsonSchema } = serde.zod(z.object({ at: z.date(), count: z.number() }));
    const { properties } = jsonSchema as { properties: object };
    assert.deepEqual(properties, { at: {}, count: { type: "number" } });
    assert.equal(serde.zod(z3.string()).jsonSchema, undefined, "zod 3 has none");
  });

  it("has no content type for nothing, and keeps it for what may be nothing", () => {
    for (const nothing of [z.void(), z.undefined(), z3.void(), z3.undefined()]) {
      assert.equal(serde.zod(nothing).contentType, undefined);
    }
    assert.equal(serde.zod(z.string().optional()).contentType, "application/json");
  });

  it("refuses what is no schema of zod", () => {
    assert.throws(() => serde.zod({} as never), /needs a schema of zod/);
  });
});
