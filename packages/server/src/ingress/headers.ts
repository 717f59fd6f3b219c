import type { Header } from "@pawl/protocol";
import type { HttpRequest } from "../http/exchange.js";
import { IngressError } from "./answer.js";

/** Headers of the connection or of the ingress itself; all others reach the handler. Source: Restate 1.7 as observed, docs/compatibility.md. */
const OWN_HEADERS = new Set(["connection", "host", "idempotency-key", "idempotency-expires"]);

const VISIBLE_ASCII = /^[\t\x20-\x7e]*$/;

/** What the handler sees as its request's headers. */
export function handlerHeaders(request: HttpRequest): Header[] {
  const raw = request.rawHeaders;
  const headers: Header[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const key = (raw[i] as string).toLowerCase();
    // HTTP/2 has the request line among its headers.
    if (OWN_HEADERS.has(key) || key.startsWith(":")) continue;
    const value = raw[i + 1] as string;
    if (!VISIBLE_ASCII.test(value)) {
      throw new IngressError(
        400,
        `bad header ${key}: only visible ASCII characters are allowed in its value`,
      );
    }
    headers.push({ key, value });
  }
  headers.push({ key: "x-restate-ingress-path", value: request.url ?? "/" });
  return headers;
}

/** @returns null when there is none */
export function singleHeader(request: HttpRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
