import type { HeaderObject, ParameterObject, ResponseObject, SchemaObject } from "./document.js";
import { SCHEMAS_PATH } from "./document.js";

/** What all documents of services have in common. Names as the official server's. Source: Restate 1.7 as observed. */

const text: SchemaObject = { type: "string" };

export const PARAMETERS = {
  key: {
    name: "key",
    in: "path",
    required: true,
    description: "Which object or workflow",
    schema: text,
  },
  idempotencyKeyHeader: {
    name: "idempotency-key",
    in: "header",
    required: false,
    description: "Calls with the same key are one invocation",
    schema: text,
  },
  idempotencyKeyPath: {
    name: "idempotencyKey",
    in: "path",
    required: true,
    description: "The idempotency key of the call",
    schema: text,
  },
  delay: {
    name: "delay",
    in: "query",
    required: false,
    description: "How long to wait before it starts, such as `10s`, `1h 5m` or `PT10S`",
    example: "10s",
    schema: text,
  },
} as const satisfies Record<string, ParameterObject>;

export const HEADERS = {
  InvocationId: { description: "The invocation", schema: text },
  IdempotencyExpires: {
    description: "Until when the result is kept; only with a result that was there already",
    schema: { type: "string", format: "date-time" },
  },
} as const satisfies Record<string, HeaderObject>;

export const RESULT_HEADERS = {
  "x-restate-id": { $ref: "#/components/headers/InvocationId" },
  "idempotency-expires": { $ref: "#/components/headers/IdempotencyExpires" },
} as const;

const errorContent = (example: object) => ({
  "application/json": { schema: { $ref: `${SCHEMAS_PATH}RestateError` }, example },
});

export const RESPONSES = {
  Send: {
    description: "The invocation is durable, and runs when its turn comes",
    headers: { "x-restate-id": RESULT_HEADERS["x-restate-id"] },
    content: { "application/json": { schema: { $ref: `${SCHEMAS_PATH}RestateSendResponse` } } },
  },
  GenericError: {
    description: "It failed: in the handler, or before it got there",
    content: errorContent({ code: 500, message: "what went wrong", source: "invocation" }),
  },
  InvocationNotFoundError: {
    description: "There is no such invocation",
    content: errorContent({ code: 404, message: "invocation not found", source: "ingress" }),
  },
  InvocationNotReadyError: {
    description: "It has not completed yet",
    content: errorContent({ code: 470, message: "the invocation has not completed yet", source: "ingress" }),
  },
} as const satisfies Record<string, ResponseObject>;

export const SCHEMAS: Readonly<Record<string, SchemaObject>> = {
  RestateError: {
    title: "RestateError",
    type: "object",
    properties: {
      code: { type: "integer", description: "A handler's own code, or the HTTP status" },
      message: text,
      source: {
        type: "string",
        enum: ["ingress", "invocation"],
        description: "What failed: the request, or the handler. Also in the header `x-restate-error-source`",
      },
      metadata: { type: "object", additionalProperties: text },
      stacktrace: text,
    },
    required: ["message", "source"],
  },
  RestateSendResponse: {
    title: "RestateSendResponse",
    type: "object",
    properties: {
      invocationId: text,
      executionTime: {
        type: "string",
        format: "date-time",
        description: "When it starts, if that is later",
      },
      status: {
        type: "string",
        enum: ["Accepted", "PreviouslyAccepted"],
        description: "Whether this request, or an earlier one with the same key, started it",
      },
    },
    required: ["invocationId", "status"],
  },
};

export type ParameterName = keyof typeof PARAMETERS;
export type ResponseName = keyof typeof RESPONSES;

export const parameter = (name: ParameterName) => ({ $ref: `#/components/parameters/${name}` });
export const response = (name: ResponseName) => ({ $ref: `#/components/responses/${name}` });
