import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { recognizeAcrossCopies } from "../across-copies.js";
import { TerminalError } from "../errors.js";
import type { Serde } from "../serde.js";
import { decodeJson, encodeJson } from "./json.js";

/** The dialect of JSON Schema that discovery uses; Standard JSON Schema recommends that every library knows it. */
const JSON_SCHEMA_TARGET = "draft-2020-12";

const INVALID_VALUE_CODE = 400;

/** The two sides of a schema: what it takes, and what it makes of that (defaults filled in, texts converted). */
export type SchemaSide = "input" | "output";

type Validation<T> = StandardSchemaV1.Result<T> | Promise<StandardSchemaV1.Result<T>>;

/** What a serde needs of a schema library. */
export interface SchemaSource<T> {
  validate(value: unknown): Validation<T>;
  /** @returns undefined where the schema has no JSON Schema */
  toJsonSchema(side: SchemaSide): object | undefined;
  /** Whether the schema is that of no value at all, which has no content type. */
  readonly isEmpty: boolean;
}

/** JSON that is checked by a schema when it is read. */
export class SchemaSerde<T> implements Serde<T> {
  static {
    recognizeAcrossCopies(SchemaSerde, "SchemaSerde");
  }

  readonly contentType?: string;
  readonly #source: SchemaSource<T>;
  readonly #jsonSchemas = new Map<SchemaSide, object | undefined>();

  constructor(source: SchemaSource<T>) {
    this.#source = source;
    if (!source.isEmpty) this.contentType = "application/json";
  }

  /** Of the values that handlers see and return. */
  get jsonSchema(): object | undefined {
    return this.#jsonSchema("output");
  }

  /** Of the JSON that callers send. */
  get inputJsonSchema(): object | undefined {
    return this.#jsonSchema("input");
  }

  /** Made when discovery asks for it: callers have no use for it. */
  #jsonSchema(side: SchemaSide): object | undefined {
    if (!this.#jsonSchemas.has(side)) this.#jsonSchemas.set(side, this.#source.toJsonSchema(side));
    return this.#jsonSchemas.get(side);
  }

  serialize(value: T): Uint8Array {
    return encodeJson(value);
  }

  deserialize(data: Uint8Array): T {
    const result = this.#source.validate(decodeJson(data));
    if ("then" in result) throw asyncValidation(result);
    if (result.issues === undefined) return result.value;
    const issues = result.issues.map(describeIssue).join("\n");
    throw new TerminalError(`The value does not fit its schema:\n${issues}`, {
      errorCode: INVALID_VALUE_CODE,
    });
  }
}

/**
 * @param validateOptions handed to the schema library with every validation
 * @param jsonSchemaOptions handed to the schema library when it makes the JSON Schema
 * @throws TypeError if the schema validates asynchronously
 */
export function standardSchemaSerde<S extends StandardSchemaV1>(
  schema: S,
  validateOptions?: Record<string, unknown>,
  jsonSchemaOptions?: Record<string, unknown>,
): SchemaSerde<StandardSchemaV1.InferOutput<S>> {
  const standard = schema["~standard"];
  const options = validateOptions && { libraryOptions: validateOptions };
  type Value = StandardSchemaV1.InferOutput<S>;
  const validate = (value: unknown): Validation<Value> =>
    standard.validate(value, options) as Validation<Value>;
  return new SchemaSerde<Value>({
    validate,
    toJsonSchema: (side) => toJsonSchema(standard, side, jsonSchemaOptions),
    isEmpty: acceptsNothing(validate),
  });
}

/** The standard does not say whether a schema is that of no value; as in the official SDK, taking `undefined` counts. */
function acceptsNothing(validate: StandardSchemaV1.Props["validate"]): boolean {
  const result = validate(undefined);
  if ("then" in result) throw asyncValidation(result);
  return result.issues === undefined;
}

function toJsonSchema(
  standard: StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props>,
  side: SchemaSide,
  libraryOptions: Record<string, unknown> | undefined,
): object | undefined {
  const convert = standard.jsonSchema?.[side];
  if (typeof convert !== "function") return undefined;
  try {
    return convert({ target: JSON_SCHEMA_TARGET, ...(libraryOptions && { libraryOptions }) });
  } catch {
    // Not every schema can be said in JSON Schema. It validates all the same.
    return undefined;
  }
}

function asyncValidation(pending: Promise<unknown>): TypeError {
  pending.catch(() => {});
  return new TypeError(
    "The schema validates asynchronously, which a serde cannot do. Check what needs waiting inside of the handler.",
  );
}

/** `* (at /user/age) Expected a number`: the place as in the messages of the official SDK. */
function describeIssue({ message, path }: StandardSchemaV1.Issue): string {
  if (path === undefined || path.length === 0) return `* ${message}`;
  const keys = path.map((segment) => String(typeof segment === "object" ? segment.key : segment));
  return `* (at /${keys.join("/")}) ${message}`;
}
