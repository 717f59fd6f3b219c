import type { Context } from "hono";
import { z } from "zod";
import { parseDurationMs } from "../config/duration.js";
import { AdminError } from "./errors.js";

/** Bodies of the admin API are small. Bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The body of a request, checked. `application/json` is required, also because a web page of another origin cannot send
 * it unasked.
 * @param maxBytes of the body; most are small
 * @throws AdminError 400, 413, 415
 */
export async function readBody<T>(
  c: Context,
  schema: z.ZodType<T>,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<T> {
  const type = c.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new AdminError(
      415,
      "the body must be JSON: send it with the header content-type: application/json",
    );
  }
  const bytes = await readBytes(c, maxBytes);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new AdminError(400, `the request body is no JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new AdminError(400, result.error.issues.map((issue) => describe(issue, "field")).join(". "));
}

/** The body of a request. @throws AdminError 413 */
export async function readBytes(c: Context, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new AdminError(413, `the body is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws AdminError 400 */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  const result = schema.safeParse(c.req.query());
  if (result.success) return result.data;
  throw new AdminError(
    400,
    result.error.issues.map((issue) => describe(issue, "query parameter")).join(". "),
  );
}

function describe(issue: z.core.$ZodIssue, what: string): string {
  if (issue.path.length === 0) return `The request body is invalid. Reason: ${issue.message}`;
  return `The request ${what} '${issue.path.join(".")}' is invalid. Reason: ${issue.message}`;
}

/** Milliseconds. */
export const durationField = z.string().transform((text, context) => {
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms;
  context.addIssue(`"${text.slice(0, 40)}" is no duration such as "30s", "1h 30m" or "PT10S"`);
  return z.NEVER;
});

/** A flag of the query: `?force=true`. */
export const booleanParameter = z.enum(["true", "false"]).transform((text) => text === "true");
