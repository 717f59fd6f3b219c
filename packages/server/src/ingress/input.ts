import type { ContentRule, OutputRule } from "../registry/schema.js";
import { IngressError } from "./answer.js";

/**
 * Whether a body may be given to a handler, by what its manifest says of the input. Source: Restate 1.7 as observed, docs/compatibility.md.
 * @throws IngressError 400
 */
export function checkInput(rule: ContentRule | null, contentType: string | null, body: Uint8Array): void {
  if (rule === null) return;
  if (rule.contentType === null) {
    if (body.byteLength > 0) throw invalid("the handler takes no input, but the body is not empty");
    return;
  }
  if (body.byteLength === 0 && contentType === null && !rule.isRequired) return;
  if (body.byteLength === 0 && rule.isRequired && rule.jsonSchema !== undefined && rule.jsonSchema !== null) {
    throw invalid("the body is empty, but the handler's input is required");
  }
  if (rule.contentType === "*/*") return;
  if (contentType === null) throw invalid(`Empty content-type: send content-type ${rule.contentType}`);
  if (!matches(rule.contentType, contentType)) {
    throw invalid(`Content-type '${contentType}' does not match '${rule.contentType}'`);
  }
}

function invalid(message: string): IngressError {
  return new IngressError(400, `input validation error: ${message}`);
}

function matches(pattern: string, contentType: string): boolean {
  if (pattern === contentType) return true;
  const semicolon = contentType.indexOf(";");
  const type = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  const wanted = pattern.toLowerCase();
  return wanted.endsWith("/*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

/** The answer's content type; null for none. */
export function outputContentType(rule: OutputRule | null, isEmpty: boolean): string | null {
  if (isEmpty && rule?.setContentTypeIfEmpty !== true) return null;
  return rule?.contentType ?? null;
}
