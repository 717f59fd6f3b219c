import { z } from "zod";
import { SCHEMAS_PATH, type SchemaObject } from "./document.js";

/**
 * The schemas of the admin API by their names in its document: those that check requests, and those that give answers
 * their types. A schema is added where it is defined: `z.object({...}).register(components, { id: "Name" })`.
 */
export const components: z.core.$ZodRegistry<{ readonly id: string }> = z.registry();

const OPTIONS = {
  // Defaults and conversions are the server's business: shown is what travels.
  io: "input",
  uri: (id: string) => `${SCHEMAS_PATH}${id}`,
} as const;

/** All schemas that were added. */
export function componentSchemas(): Record<string, SchemaObject> {
  const { schemas } = z.toJSONSchema(components, OPTIONS);
  const entries = Object.entries(schemas).map(([id, schema]) => [id, bare(schema)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A reference to a schema that has a name, else the schema itself. */
export function toSchemaObject(schema: z.ZodType): SchemaObject {
  const id = components.get(schema)?.id;
  return id === undefined ? bare(z.toJSONSchema(schema, OPTIONS)) : { $ref: OPTIONS.uri(id) };
}

/** The document says once for all schemas what they are written in, and their names are their places in it. */
function bare({ $schema: _, $id: __, ...schema }: object & SchemaObject): SchemaObject {
  return schema;
}

/** A body that is no JSON. */
export const binary = z.string().meta({ format: "binary" });

export const timestamp = z.string().meta({ format: "date-time" });

/** Of which the specification of OpenAPI says more. */
export const openApiDocument = z
  .looseObject({ openapi: z.literal("3.1.0") })
  .register(components, { id: "OpenApiDocument" });
