import { ProtocolError } from "./errors.js";
import {
  type EndpointManifest,
  HANDLER_NAME_PATTERN,
  type HandlerManifest,
  type InputManifest,
  isManifestVersion,
  type ManifestOptions,
  type OutputManifest,
  SERVICE_NAME_PATTERN,
  type ServiceManifest,
} from "./manifest.js";

const MAX_PROTOCOL_VERSION = 2_147_483_647;

/**
 * A manifest from parsed JSON.
 *
 * More tolerant than the schema, which forbids properties that it does not know: those are ignored, so that an endpoint may
 * say more than this server understands; `null` counts as absent; and options are read whatever version they came under.
 * Rules that concern several parts (unique names, one run per workflow, reserved names) are the server's to check.
 *
 * @throws ProtocolError "bad-manifest", naming the JSON path; "unsupported-version" when `version` is not 1 to 4
 */
export function parseManifest(json: unknown, version: number): EndpointManifest {
  if (!isManifestVersion(version)) {
    throw new ProtocolError("unsupported-version", `manifest version ${version} is not one of 1 to 4`);
  }
  const fields = new Fields(json, "$");
  const minProtocolVersion = fields.required("minProtocolVersion", protocolVersion);
  const maxProtocolVersion = fields.required("maxProtocolVersion", protocolVersion);
  if (minProtocolVersion > maxProtocolVersion) {
    throw bad(
      "$.minProtocolVersion",
      `${minProtocolVersion} is above maxProtocolVersion ${maxProtocolVersion}`,
    );
  }
  return {
    minProtocolVersion,
    maxProtocolVersion,
    services: fields.required("services", listOf(service)),
    ...fields.optional("protocolMode", oneOf("BIDI_STREAM", "REQUEST_RESPONSE")),
    ...fields.optional("lambdaCompression", oneOf("zstd")),
  };
}

type Check<T> = (value: unknown, path: string) => T;

function service(value: unknown, path: string): ServiceManifest {
  const fields = new Fields(value, path);
  return {
    name: fields.required("name", matching(SERVICE_NAME_PATTERN)),
    ty: fields.required("ty", oneOf("SERVICE", "VIRTUAL_OBJECT", "WORKFLOW")),
    handlers: fields.required("handlers", listOf(handler)),
    ...options(fields),
  };
}

function handler(value: unknown, path: string): HandlerManifest {
  const fields = new Fields(value, path);
  return {
    name: fields.required("name", matching(HANDLER_NAME_PATTERN)),
    ...fields.optional("ty", oneOf("EXCLUSIVE", "SHARED", "WORKFLOW")),
    ...fields.optional("input", input),
    ...fields.optional("output", output),
    ...fields.optional("workflowCompletionRetention", milliseconds),
    ...options(fields),
  };
}

function options(fields: Fields): ManifestOptions {
  return {
    ...fields.optional("documentation", text),
    ...fields.optional("metadata", textMap),
    ...fields.optional("inactivityTimeout", milliseconds),
    ...fields.optional("abortTimeout", milliseconds),
    ...fields.optional("journalRetention", milliseconds),
    ...fields.optional("idempotencyRetention", milliseconds),
    ...fields.optional("enableLazyState", bool),
    ...fields.optional("ingressPrivate", bool),
    ...fields.optional("retryPolicyInitialInterval", milliseconds),
    ...fields.optional("retryPolicyMaxInterval", milliseconds),
    ...fields.optional("retryPolicyMaxAttempts", count),
    ...fields.optional("retryPolicyExponentiationFactor", finite),
    ...fields.optional("retryPolicyOnMaxAttempts", oneOf("PAUSE", "KILL")),
  };
}

function input(value: unknown, path: string): InputManifest {
  const fields = new Fields(value, path);
  return {
    ...fields.optional("required", bool),
    ...fields.optional("contentType", text),
    ...fields.any("jsonSchema"),
  };
}

function output(value: unknown, path: string): OutputManifest {
  const fields = new Fields(value, path);
  return {
    ...fields.optional("contentType", text),
    ...fields.optional("setContentTypeIfEmpty", bool),
    ...fields.any("jsonSchema"),
  };
}

/** The properties of a JSON object, looked up without its prototype. */
class Fields {
  readonly #object: object;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    this.#object = object(value, path);
    this.#path = path;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? (this.#object as Record<string, unknown>)[name] : undefined;
  }

  required<T>(name: string, check: Check<T>): T {
    const value = this.#get(name);
    if (value === undefined || value === null) throw bad(`${this.#path}.${name}`, "is missing");
    return check(value, `${this.#path}.${name}`);
  }

  /** An object with the one property, or without any: to be spread. */
  optional<N extends string, T>(name: N, check: Check<T>): { readonly [K in N]?: T } {
    const value = this.#get(name);
    if (value === undefined || value === null) return {};
    return { [name]: check(value, `${this.#path}.${name}`) } as { readonly [K in N]?: T };
  }

  /** Like `optional`, for values that may be any JSON, null included. */
  any<N extends string>(name: N): { readonly [K in N]?: unknown } {
    const value = this.#get(name);
    return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: unknown };
  }
}

function bad(path: string, problem: string): ProtocolError {
  return new ProtocolError("bad-manifest", `${path} ${problem}`);
}

/** A value as an error message shows it. */
function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}...` : json;
}

function object(value: unknown, path: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad(path, `must be an object, not ${shown(value)}`);
  }
  return value;
}

function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw bad(path, `must be an array, not ${shown(value)}`);
    return value.map((item, index) => check(item, `${path}[${index}]`));
  };
}

function text(value: unknown, path: string): string {
  if (typeof value !== "string") throw bad(path, `must be a string, not ${shown(value)}`);
  return value;
}

function matching(pattern: RegExp): Check<string> {
  return (value, path) => {
    if (!pattern.test(text(value, path)))
      throw bad(path, `must match ${pattern.source}, and ${shown(value)} does not`);
    return value as string;
  };
}

function oneOf<const T extends string>(...allowed: readonly T[]): Check<T> {
  return (value, path) => {
    if (!(allowed as readonly unknown[]).includes(value)) {
      throw bad(path, `must be ${allowed.join(" or ")}, not ${shown(value)}`);
    }
    return value as T;
  };
}

function bool(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw bad(path, `must be true or false, not ${shown(value)}`);
  return value;
}

function finite(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw bad(path, `must be a number, not ${shown(value)}`);
  return value;
}

function count(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw bad(path, `must be an integer from 0 on, not ${shown(value)}`);
  }
  return value as number;
}

function milliseconds(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw bad(path, `must be milliseconds, an integer from 0 on, not ${shown(value)}`);
  }
  return value as number;
}

function protocolVersion(value: unknown, path: string): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MAX_PROTOCOL_VERSION) {
    throw bad(path, `must be an integer from 1 on, not ${shown(value)}`);
  }
  return value as number;
}

function textMap(value: unknown, path: string): Readonly<Record<string, string>> {
  const entries = Object.entries(object(value, path));
  // fromEntries defines properties, so that a key "__proto__" is a key like any other.
  return Object.fromEntries(
    entries.map(([key, item]) => [key, text(item, `${path}[${JSON.stringify(key)}]`)]),
  );
}
