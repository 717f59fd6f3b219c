import { validateHeaderName, validateHeaderValue } from "node:http";
import { isRoleArn, parseFunctionArn } from "../aws/function-arn.js";
import { invalidField } from "./errors.js";

/** Set by HTTP itself or by the service protocol. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The address of a deployment in its one spelling, so that equal addresses are equal texts.
 * @throws RegistryError 400
 */
export function normalizeUri(text: string): string {
  if (!URL.canParse(text)) {
    throw invalidField("uri", `'${text}' is not absolute. Write it like http://localhost:9080`);
  }
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalidField("uri", `'${text}' starts neither with http:// nor with https://`);
  }
  if (url.username !== "" || url.password !== "") {
    throw invalidField("uri", "it holds a user or password. Send credentials in additional_headers instead");
  }
  if (url.search !== "" || url.hash !== "") {
    throw invalidField(
      "uri",
      `'${text}' has a query or fragment, and paths are appended to it. Leave that away`,
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  return path === "" ? `${url.origin}/` : url.origin + path;
}

/** @throws RegistryError 400 */
export function normalizeFunctionArn(text: string): string {
  try {
    return parseFunctionArn(text).text;
  } catch (error) {
    if (error instanceof TypeError) throw invalidField("arn", error.message);
    throw error;
  }
}

/** @throws RegistryError 400 */
export function normalizeRoleArn(text: string | null): string | null {
  if (text === null || isRoleArn(text)) return text;
  throw invalidField(
    "assume_role_arn",
    `'${text}' is no ARN of a role. Write it like arn:aws:iam::123456789012:role/invoke-greeter`,
  );
}

/**
 * Headers for every request to a deployment, names in lower case.
 * @throws RegistryError 400
 */
export function normalizeHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const normalized = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    checkHeader(lower, value);
    if (normalized.has(lower)) throw invalidField("additional_headers", `'${lower}' is there twice`);
    normalized.set(lower, value);
  }
  return Object.fromEntries(normalized);
}

function checkHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (error) {
    throw invalidField("additional_headers", (error as Error).message);
  }
  if (RESERVED_HEADERS.has(name)) {
    throw invalidField("additional_headers", `'${name}' is set by the server. Leave it away`);
  }
}
