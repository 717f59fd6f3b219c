import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { RegistryError } from "../registry/errors.js";
import { components } from "./openapi/components.js";

/** A request that cannot be served. The message says why and what to do. */
export class AdminError extends Error {
  override readonly name = "AdminError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const errorSchema = z
  .object({
    message: z.string().describe("What is wrong, and what to do"),
    restate_code: z
      .string()
      .nullable()
      .describe("Such as META0003, explained in the list of errors; often null"),
  })
  .register(components, { id: "ErrorDescriptionResponse" });

/** Where errors go that are nobody's fault outside. */
export type ErrorLog = (message: string, error: unknown) => void;

/** Every error of the admin API is `{"message", "restate_code"}`. Source: Restate 1.7 as observed, docs/compatibility.md */
export function answerError(c: Context, error: unknown, log: ErrorLog): Response {
  if (error instanceof AdminError || error instanceof RegistryError) {
    const code = error instanceof RegistryError ? error.code : null;
    return c.json({ message: error.message, restate_code: code }, error.status as ContentfulStatusCode);
  }
  log(`${c.req.method} ${c.req.path} failed`, error);
  const reason = error instanceof Error ? error.message : String(error);
  return c.json({ message: `internal error: ${reason}`, restate_code: null }, 500);
}
