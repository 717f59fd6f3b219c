import type { OpenApiDocument } from "./document.js";

export const securitySchemes = { token: { type: "http", scheme: "bearer" } } as const;

/** A server may ask for a token, or let everybody in. */
export const security: NonNullable<OpenApiDocument["security"]> = [{ token: [] }, {}];
