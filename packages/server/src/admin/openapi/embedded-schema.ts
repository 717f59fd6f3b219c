import type { SchemaObject } from "./document.js";

/** Keywords whose values are data, not schemas. Source: JSON Schema 2020-12. */
const DATA_KEYWORDS: ReadonlySet<string> = new Set(["const", "default", "enum", "example", "examples"]);

/** Keywords whose values hold schemas under names that anybody chose. */
const MAP_KEYWORDS: ReadonlySet<string> = new Set([
  "$defs",
  "definitions",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/**
 * The JSON Schema of a handler as a part of a document: references within it lead to where it stands now. One with an
 * `$id` stays as it is, for references in it are relative to that.
 * @param pointer where the schema will stand, such as `#/components/schemas/greetRequest`
 */
export function embedded(schema: unknown, pointer: string): SchemaObject {
  if (typeof schema === "boolean") return schema;
  return moved(schema, pointer) as SchemaObject;
}

function moved(value: unknown, pointer: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, pointer));
  if (typeof value !== "object" || value === null || "$id" in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([keyword, inner]) => {
      if (keyword === "$ref" && typeof inner === "string") return [keyword, movedReference(inner, pointer)];
      if (DATA_KEYWORDS.has(keyword)) return [keyword, inner];
      if (MAP_KEYWORDS.has(keyword)) return [keyword, movedValues(inner, pointer)];
      return [keyword, moved(inner, pointer)];
    }),
  );
}

function movedValues(map: unknown, pointer: string): unknown {
  if (typeof map !== "object" || map === null) return map;
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, moved(schema, pointer)]));
}

/** An anchor (`#name`) is found wherever it stands; a pointer is not. */
function movedReference(reference: string, pointer: string): string {
  return reference === "#" || reference.startsWith("#/") ? `${pointer}${reference.slice(1)}` : reference;
}
