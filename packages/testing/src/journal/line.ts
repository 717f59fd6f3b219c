import type { ReadableEntry } from "./readable.js";

/**
 * An entry as one line for people and assertions: `Run 'charge'`, `RunCompletion 1 = "ok"`, `SetState total = 5`,
 * `Call Greeter/greet ("Pete")`.
 */
export function lineOf(entry: ReadableEntry): string {
  const parts = [entry.message];
  const { name, key, serviceName, handlerName, id, parameter } = entry;
  if (typeof serviceName === "string") parts.push(target(serviceName, key, handlerName));
  else if (typeof key === "string") parts.push(key);
  if (typeof name === "string") parts.push(`'${name}'`);
  if (id !== undefined) parts.push(notificationId(id as Readonly<Record<string, unknown>>));
  if (parameter !== undefined) parts.push(`(${show(parameter)})`);
  const value = shownValue(entry);
  if (value !== undefined) parts.push("=", value);
  return parts.join(" ");
}

function target(service: string, key: unknown, handler: unknown): string {
  return key === "" || key === undefined ? `${service}/${handler}` : `${service}/${key}/${handler}`;
}

function notificationId(id: Readonly<Record<string, unknown>>): string {
  return String(id.id ?? id.index ?? id.name);
}

function shownValue({ value, result, completion }: ReadableEntry): string | undefined {
  if (value !== undefined) return show(value);
  const outcome = (result ?? completion) as Readonly<Record<string, unknown>> | undefined;
  switch (outcome?.kind) {
    case "value":
      return show(outcome.value);
    case "failure": {
      const { code, message } = outcome.failure as { readonly code: number; readonly message: string };
      return `[${code}] ${message}`;
    }
    case "invocationId":
      return String(outcome.invocationId);
    case "stateKeys":
      return JSON.stringify(outcome.keys);
    default:
      return undefined;
  }
}

function show(bytes: unknown): string {
  const { utf8, base64 } = bytes as { readonly utf8?: string; readonly base64?: string };
  return utf8 ?? `base64 ${base64}`;
}
