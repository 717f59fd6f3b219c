import type { HttpRequest } from "../http/exchange.js";
import { IngressError } from "./answer.js";
import { singleHeader } from "./headers.js";

/**
 * A limit key means something within a scope only, and this server has no scopes. Source: Restate 1.7 as observed,
 * docs/compatibility.md; the header wins over the query, and what is empty counts as not there.
 * @throws IngressError 400
 */
export function refuseLimitKey(request: HttpRequest, query: string): void {
  const limitKey =
    singleHeader(request, "x-restate-limit-key") ??
    (query === "" ? null : new URLSearchParams(query).get("limit-key"));
  if (limitKey === null || limitKey === "") return;
  throw new IngressError(
    400,
    `limit-key requires a scope to be set, which this server does not have: leave out the limit key '${limitKey}'`,
  );
}

/** Why a scope is refused. */
export function scopeRefusal(scope: string): string {
  return `scoped invocations need flow control, which this server does not have: leave out the scope '${scope}'`;
}
