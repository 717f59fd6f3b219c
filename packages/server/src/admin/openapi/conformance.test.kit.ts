import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { adminDocument } from "./admin-document.js";
import type { OpenApiMethod, OperationObject, ResponseObject } from "./document.js";

/** A request to the admin API, and what came back. */
export interface Conversation {
  readonly method: string;
  readonly path: string;
  /** Parsed. */
  readonly requestBody: unknown;
  readonly status: number;
  /** Without parameters; null for none. */
  readonly contentType: string | null;
  /** Parsed when it is JSON. */
  readonly body: unknown;
  readonly isEmpty: boolean;
}

const document = adminDocument();

/** Stricter than the document: a field that is not in it is an error, too. */
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(closed(document) as object, "admin");

/** Fails when the document does not say that this can happen. Paths that it does not have are somebody else's matter. */
export function checkConversation(conversation: Conversation): void {
  const { status, contentType, body } = conversation;
  const path = conversation.path.replace(/\?.*/, "").replace(/^\/v[234](?=\/)/, "");
  // Under /v2 there is a PUT, which is the PATCH of today.
  const isFormerPut = conversation.method === "PUT" && conversation.path.startsWith("/v2/");
  const isHead = conversation.method === "HEAD";
  const method = (
    isFormerPut ? "patch" : isHead ? "get" : conversation.method.toLowerCase()
  ) as OpenApiMethod;
  const template = Object.keys(document.paths).find((candidate) => matches(candidate, path));
  if (template === undefined) return;
  const what = `${conversation.method} ${path} -> ${status}`;
  const operation = document.paths[template]?.[method];
  if (operation === undefined) {
    assert.equal(status, 405, `${what} is not in the document`);
    return;
  }
  const pointer = ["paths", template, method];
  if (status < 400 && conversation.requestBody !== undefined) {
    const content = [...pointer, "requestBody", "content", "application/json", "schema"];
    check(content, conversation.requestBody, `${what}: the request that was served`);
  }
  const response = operation.responses[status];
  assert.ok(response, `${what}: the document does not know the status`);
  if (isHead) return;
  const { pointer: responsePointer, content } = resolve(operation, [...pointer, "responses", String(status)]);
  if (content === undefined) {
    assert.ok(conversation.isEmpty, `${what}: a body, where the document has none`);
    return;
  }
  assert.ok(!conversation.isEmpty, `${what}: no body, where the document has one`);
  assert.ok(contentType !== null && contentType in content, `${what}: a body of type ${contentType}`);
  if (contentType !== "application/json") return;
  check([...responsePointer, "content", contentType, "schema"], body, `${what}: the body`);
}

function resolve(
  operation: OperationObject,
  pointer: readonly string[],
): { readonly pointer: readonly string[]; readonly content: ResponseObject["content"] } {
  const response = operation.responses[pointer.at(-1) as string];
  if (response === undefined || !("$ref" in response)) return { pointer, content: response?.content };
  const name = response.$ref.split("/").at(-1) as string;
  return {
    pointer: ["components", "responses", name],
    content: document.components.responses?.[name]?.content,
  };
}

function check(pointer: readonly string[], value: unknown, what: string): void {
  const fragment = pointer.map((part) =>
    encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")),
  );
  const validate = ajv.getSchema(`admin#/${fragment.join("/")}`);
  assert.ok(validate, `${what}: no schema at ${pointer.join(" ")}`);
  if (validate(value) !== true) assert.fail(`${what}: ${ajv.errorsText(validate.errors)}`);
}

function matches(template: string, path: string): boolean {
  const parts = template.split("/");
  const given = path.split("/");
  return parts.length === given.length && parts.every((part, i) => part.startsWith("{") || part === given[i]);
}

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  if (copy.type === "object" && copy.properties !== undefined) copy.additionalProperties ??= false;
  return copy;
}
