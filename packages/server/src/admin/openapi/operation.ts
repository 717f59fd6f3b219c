import type { z } from "zod";
import type { OpenApiMethod } from "./document.js";

/** What a method of a path of the admin API takes and answers. */
export interface ApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly isDeprecated?: true;
  readonly query?: z.ZodObject;
  /** JSON. */
  readonly body?: z.ZodType;
  /** By media type: a body that is read as it is. In place of `body`. */
  readonly rawBody?: Readonly<Record<string, z.ZodType>>;
  /** By status: all but errors whose body says why. */
  readonly answers: Readonly<Record<number, ApiAnswer>>;
  /** Besides those that any operation may meet, and those of reading `query` and `body`. */
  readonly errors?: readonly ErrorStatus[];
}

export interface ApiAnswer {
  readonly description: string;
  /** JSON of this shape; by media type where it is something else; without it, the answer is empty. */
  readonly content?: z.ZodType | Readonly<Record<string, z.ZodType>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ERRORS = {
  400: { name: "BadRequest", description: "The request is wrong: the message says where" },
  401: { name: "Unauthorized", description: "The server asks for a token: `authorization: Bearer <token>`" },
  404: { name: "NotFound", description: "There is no such thing" },
  409: { name: "Conflict", description: "What is there stands in the way" },
  410: { name: "Gone", description: "What the request needs is not kept any more" },
  413: { name: "ContentTooLarge", description: "The body is too long" },
  415: {
    name: "UnsupportedMediaType",
    description: "The body must be sent with `content-type: application/json`",
  },
  422: { name: "UnprocessableContent", description: "This can never be done to it" },
  425: { name: "TooEarly", description: "It has not started yet" },
  429: { name: "TooManyRequests", description: "Too much is under way: try again later" },
  500: {
    name: "InternalServerError",
    description: "Something failed in the server, or in an endpoint that it asked",
  },
  501: { name: "NotImplemented", description: "This server cannot do that" },
  503: { name: "ServiceUnavailable", description: "The server is stopping, or overloaded: try again" },
} as const;

export type ErrorStatus = keyof typeof ERRORS;

/** By path, with parameters in braces. */
export type ApiPaths = Readonly<Record<string, { readonly [M in OpenApiMethod]?: ApiOperation }>>;

/** Paths that belong together. */
export interface ApiGroup {
  readonly tag: string;
  readonly description: string;
  readonly paths: ApiPaths;
}
