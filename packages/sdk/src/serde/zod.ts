/** @pawl/sdk/zod: serdes from zod's schemas. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type * as z3 from "zod/v3";
import * as z4 from "zod/v4/core";
import type { Serde } from "../serde.js";
import { SchemaSerde, type SchemaSide } from "./schema-serde.js";

export type { Serde };

type ZodSchema = z3.ZodTypeAny | z4.$ZodType;

/**
 * Serdes from schemas of zod.
 *
 * @example
 * ```ts
 * import { serde } from "@pawl/sdk/zod";
 * import * as z from "zod";
 *
 * const orders = pawl.service({
 *   name: "Orders",
 *   handlers: {
 *     price: pawl.handlers.handler(
 *       { input: serde.zod(z.object({ count: z.number().int().positive() })), output: serde.zod(z.number()) },
 *       async (_ctx: pawl.Context, { count }) => count * 7,
 *     ),
 *   },
 * });
 * ```
 */
export namespace serde {
  /**
   * JSON that a schema of zod checks when it is read, as `serde.schema` of the SDK does it. Its JSON Schema is made by zod
   * itself, and so is there for zod 4.0 and 4.1, which do not know Standard JSON Schema, and for schemas with parts that
   * have no JSON Schema: those parts allow anything. Schemas of zod 3 (3.25 and newer) have none.
   *
   * @throws TypeError if the schema is not one of zod
   */
  export const zod = <T extends ZodSchema>(schema: T): Serde<StandardSchemaV1.InferOutput<T>> => {
    const validate = schema?.["~standard"]?.validate as StandardSchemaV1.Props["validate"] | undefined;
    if (validate === undefined) throw new TypeError("serde.zod needs a schema of zod, 3.25 or newer.");
    type Value = StandardSchemaV1.InferOutput<T>;
    return new SchemaSerde<Value>({
      validate: (value) => validate(value) as StandardSchemaV1.Result<Value>,
      toJsonSchema: (side) => ("_zod" in schema ? toJsonSchema(schema, side) : undefined),
      isEmpty: isEmpty(schema),
    });
  };
}

const toJsonSchema = (schema: z4.$ZodType, side: SchemaSide): object =>
  z4.toJSONSchema(schema, { unrepresentable: "any", io: side });

/** As with the official package, a schema that merely allows `undefined` keeps its content type. */
function isEmpty(schema: ZodSchema): boolean {
  const type = "_zod" in schema ? schema._zod.def.type : schema._def.typeName;
  return ["void", "undefined", "ZodVoid", "ZodUndefined"].includes(type);
}
