import { ReadableStream } from "node:stream/web";
import type { Context, Hono } from "hono";
import { z } from "zod";
import {
  type Introspection,
  QueryError,
  type QueryErrorKind,
  type ResultFormat,
} from "../store/introspection/introspection.js";
import { AdminError } from "./errors.js";
import { components } from "./openapi/components.js";
import { readBody } from "./request.js";
import { resource } from "./resource.js";

export const queryRequest = z
  .object({ query: z.string().describe("One statement that reads") })
  .register(components, { id: "QueryRequest" });

const CONTENT_TYPES: Readonly<Record<ResultFormat, string>> = {
  json: "application/json",
  arrow: "application/vnd.apache.arrow.stream",
};

const STATUSES: Readonly<Record<QueryErrorKind, number>> = {
  invalid: 400,
  "too-large": 400,
  busy: 429,
  aborted: 503,
  timeout: 500,
  failed: 500,
};

/** With a 429. Seconds. */
const RETRY_AFTER = "1";

/** SQL about what the server does. Source: Restate 1.7 as observed, docs/introspection.md. */
export function addQuery(app: Hono, introspection: Introspection | null): void {
  resource(app, "/query", {
    POST: async (c) => {
      const { query } = await readBody(c, queryRequest);
      if (introspection === null) {
        throw new AdminError(501, "this server keeps everything in memory, which SQL does not reach");
      }
      // Only a request for exactly JSON gets it; all else gets Arrow.
      const format = c.req.header("accept") === "application/json" ? "json" : "arrow";
      return await answer(c, introspection, query, format);
    },
  });
}

async function answer(
  c: Context,
  introspection: Introspection,
  query: string,
  format: ResultFormat,
): Promise<Response> {
  try {
    const pieces = await introspection.query(query, format, c.req.raw.signal);
    // Piece by piece: one long write would hold up everything else.
    return c.body(ReadableStream.from(pieces), 200, { "content-type": CONTENT_TYPES[format] });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    if (error.kind === "busy") c.header("retry-after", RETRY_AFTER);
    throw new AdminError(STATUSES[error.kind], error.message);
  }
}
