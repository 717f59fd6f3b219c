import type { StandardSchemaV1 } from "@standard-schema/spec";
import { decodeJson, encodeJson } from "./serde/json.js";
import { standardSchemaSerde } from "./serde/schema-serde.js";

/**
 * Turns values into bytes and back: inputs, outputs, state, results of `run`, awakeables, promises.
 *
 * On replay the bytes of a value are compared with the recorded ones, so `serialize` must give the same bytes for the
 * same value.
 *
 * @example
 * ```ts
 * const dates: pawl.Serde<Date> = {
 *   contentType: "text/plain",
 *   serialize: (date) => new TextEncoder().encode(date.toISOString()),
 *   deserialize: (data) => new Date(new TextDecoder().decode(data)),
 * };
 * ```
 */
export interface Serde<T> {
  /** MIME type of the bytes, announced at discovery. Absent: there are no bytes. */
  contentType?: string | undefined;
  /** JSON Schema of the value, announced at discovery. Has no effect at run time. */
  jsonSchema?: object | undefined;
  /**
   * The value as JSON, for people to read and to edit. Only for bytes that are not JSON already: the endpoint then offers
   * the conversion to the server's tools.
   */
  preview?: SerdePreview<T> | undefined;
  serialize(value: T): Uint8Array;
  /** @throws whatever says that these are not the bytes of a T; in a handler's input it ends the call with code 400 */
  deserialize(data: Uint8Array): T;
}

/**
 * A value as JSON and back, for people.
 *
 * @example
 * ```ts
 * const preview: pawl.SerdePreview<bigint> = {
 *   toJsonString: (value) => JSON.stringify(value.toString()),
 *   fromJsonString: (json) => BigInt(JSON.parse(json)),
 * };
 * ```
 */
export interface SerdePreview<T> {
  toJsonString(value: T): Promise<string> | string;
  /** @throws if the JSON is not one of a T */
  fromJsonString(json: string): Promise<T> | T;
}

const EMPTY = new Uint8Array(0);

const binarySerde: Serde<Uint8Array> = {
  contentType: "application/octet-stream",
  serialize: (value) => value,
  deserialize: (data) => data,
};

const emptySerde: Serde<void> = {
  serialize(value) {
    if (value !== undefined) throw new TypeError("serde.empty takes no value but undefined.");
    return EMPTY;
  },
  deserialize(data) {
    if (data.length > 0) throw new TypeError(`serde.empty got ${data.length} bytes where none belong.`);
  },
};

/**
 * The serdes that come with the SDK.
 *
 * @example
 * ```ts
 * import * as z from "zod";
 *
 * const files = pawl.service({
 *   name: "Files",
 *   handlers: {
 *     store: pawl.handlers.handler(
 *       { input: pawl.serde.binary, output: pawl.serde.schema(z.object({ size: z.number() })) },
 *       async (_ctx: pawl.Context, file: Uint8Array) => ({ size: file.length }),
 *     ),
 *   },
 * });
 * ```
 */
export namespace serde {
  /** JSON, with a JSON Schema for discovery if one is given. */
  export class JsonSerde<T> implements Serde<T> {
    contentType = "application/json";
    readonly jsonSchema: object | undefined;

    constructor(jsonSchema?: object) {
      this.jsonSchema = jsonSchema;
    }

    /** `undefined` becomes no bytes at all. */
    serialize(value: T): Uint8Array {
      return encodeJson(value);
    }

    deserialize(data: Uint8Array): T {
      return decodeJson(data) as T;
    }

    /**
     * JSON that says at discovery what it looks like. Nothing is checked at run time: `serde.schema` does that.
     *
     * @example
     * ```ts
     * const names = pawl.serde.json.schema<string[]>({ type: "array", items: { type: "string" } });
     * ```
     */
    schema<U>(schema: object): Serde<U> {
      return new JsonSerde<U>(schema);
    }
  }

  /** JSON, the default everywhere. */
  // biome-ignore lint/suspicious/noExplicitAny: the default serde takes any JSON value, and its type follows from the use
  export const json: JsonSerde<any> = new JsonSerde<any>();
  /** Bytes as they are. */
  export const binary: Serde<Uint8Array> = binarySerde;
  /** Nothing: no bytes, no content type. */
  export const empty: Serde<void> = emptySerde;

  /**
   * JSON that a schema checks when it is read: any schema of zod, valibot, arktype or another library that follows
   * Standard Schema (https://standardschema.dev). A value that does not fit is a TerminalError with code 400 that names
   * every issue. Where the library follows Standard JSON Schema, too, discovery announces the schema.
   *
   * @param validateOptions the library's own options for validation
   * @param jsonSchemaOptions the library's own options for making the JSON Schema
   * @throws TypeError if the schema validates asynchronously; if that does not show yet, `deserialize` throws it
   *
   * @example
   * ```ts
   * import * as z from "zod";
   *
   * const order = pawl.serde.schema(z.object({ id: z.string(), total: z.number().positive() }));
   * ```
   */
  export const schema = <T extends { "~standard": StandardSchemaV1.Props }>(
    schema: T,
    validateOptions?: Record<string, unknown>,
    jsonSchemaOptions?: Record<string, unknown>,
  ): Serde<StandardSchemaV1.InferOutput<T>> =>
    standardSchemaSerde(schema, validateOptions, jsonSchemaOptions);
}
