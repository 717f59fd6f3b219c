/** OpenAPI 3.1, as much of it as the documents here use. Source: https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description?: string;
    readonly [extension: `x-${string}`]: unknown;
  };
  readonly servers?: readonly { readonly url: string; readonly description?: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  /** Any one of them lets a request in; one without a scheme: no token is needed. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly components: {
    readonly schemas: Readonly<Record<string, SchemaObject>>;
    readonly parameters?: Readonly<Record<string, ParameterObject>>;
    readonly responses?: Readonly<Record<string, ResponseObject>>;
    readonly headers?: Readonly<Record<string, HeaderObject>>;
    readonly securitySchemes?: Readonly<Record<string, { readonly type: "http"; readonly scheme: "bearer" }>>;
  };
}

export type OpenApiMethod = "get" | "post" | "put" | "patch" | "delete";

export type PathItem = { readonly [M in OpenApiMethod]?: OperationObject };

export interface OperationObject {
  /** Unique in the document: generators make it the name of a function. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly deprecated?: true;
  readonly parameters?: readonly (ParameterObject | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  /** By status, or `default`. */
  readonly responses: Readonly<Record<string, ResponseObject | Reference>>;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly example?: unknown;
  /** How its text is made. Exactly one of the two. */
  readonly schema?: SchemaObject;
  readonly content?: Content;
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, HeaderObject | Reference>>;
  readonly content?: Content;
}

export interface HeaderObject {
  readonly description: string;
  readonly schema: SchemaObject;
}

/** By media type. */
export type Content = Readonly<
  Record<string, { readonly schema?: SchemaObject; readonly example?: unknown }>
>;

export interface Reference {
  readonly $ref: string;
}

/** JSON Schema 2020-12. */
export type SchemaObject = Readonly<Record<string, unknown>> | boolean;

export const SCHEMAS_PATH = "#/components/schemas/";
