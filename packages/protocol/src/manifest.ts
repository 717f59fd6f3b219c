import { ProtocolError } from "./errors.js";

/**
 * The discovery manifest: what an endpoint says about its services, as JSON.
 * Source: endpoint_manifest_schema.json of the public service protocol definition, its history for the versions.
 *
 * Version 2 added documentation and metadata; version 3 the options of services and handlers; version 4 retry policies and
 * the compression for Lambda. All durations are milliseconds.
 */
export const MANIFEST_VERSIONS = [1, 2, 3, 4] as const;
export type ManifestVersion = (typeof MANIFEST_VERSIONS)[number];

/** `application/vnd.restate.endpointmanifest.v{N}+json` */
export function manifestContentType(version: ManifestVersion): string {
  return `application/vnd.restate.endpointmanifest.v${version}+json`;
}

/** What a server that takes every version sends as `accept`. */
export const MANIFEST_ACCEPT: string = MANIFEST_VERSIONS.map(manifestContentType).join(", ");

export type ProtocolMode = "BIDI_STREAM" | "REQUEST_RESPONSE";
export type ServiceType = "SERVICE" | "VIRTUAL_OBJECT" | "WORKFLOW";
export type HandlerType = "EXCLUSIVE" | "SHARED" | "WORKFLOW";
export type OnMaxAttempts = "PAUSE" | "KILL";

export interface EndpointManifest {
  /** The official server requires it, although the schema does not. */
  readonly protocolMode?: ProtocolMode;
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly services: readonly ServiceManifest[];
  /** Version 4. For endpoints on Lambda only. */
  readonly lambdaCompression?: "zstd";
}

/** What services and handlers have in common; a handler's value wins over its service's. */
export interface ManifestOptions {
  /** Version 2. */
  readonly documentation?: string;
  /** Version 2. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Version 3, like the others up to `ingressPrivate`. Milliseconds. */
  readonly inactivityTimeout?: number;
  /** Milliseconds. */
  readonly abortTimeout?: number;
  /** Milliseconds. */
  readonly journalRetention?: number;
  /** Milliseconds. */
  readonly idempotencyRetention?: number;
  readonly enableLazyState?: boolean;
  readonly ingressPrivate?: boolean;
  /** Version 4, like the others of the retry policy. Milliseconds. */
  readonly retryPolicyInitialInterval?: number;
  /** Milliseconds. */
  readonly retryPolicyMaxInterval?: number;
  readonly retryPolicyMaxAttempts?: number;
  readonly retryPolicyExponentiationFactor?: number;
  readonly retryPolicyOnMaxAttempts?: OnMaxAttempts;
}

export interface ServiceManifest extends ManifestOptions {
  readonly name: string;
  readonly ty: ServiceType;
  readonly handlers: readonly HandlerManifest[];
}

export interface HandlerManifest extends ManifestOptions {
  readonly name: string;
  /** Absent for services; the default is EXCLUSIVE for objects and WORKFLOW for workflows. */
  readonly ty?: HandlerType;
  /** Absent: any content type, or none. */
  readonly input?: InputManifest;
  readonly output?: OutputManifest;
  /** Version 3; for a workflow's run only. Milliseconds. */
  readonly workflowCompletionRetention?: number;
}

export interface InputManifest {
  readonly required?: boolean;
  /** May hold wildcards, as in `accept`. Absent: the input is empty. */
  readonly contentType?: string;
  readonly jsonSchema?: unknown;
}

export interface OutputManifest {
  readonly contentType?: string;
  readonly setContentTypeIfEmpty?: boolean;
  readonly jsonSchema?: unknown;
}

export const SERVICE_NAME_PATTERN = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
export const HANDLER_NAME_PATTERN = /^([a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;

export function isManifestVersion(version: number): version is ManifestVersion {
  return (MANIFEST_VERSIONS as readonly number[]).includes(version);
}

const MANIFEST_CONTENT_TYPE = /^application\/vnd\.restate\.endpointmanifest\.v([1-4])\+json$/;

/** The version in a manifest's content type; undefined for any other media type. Parameters are ignored. */
export function parseManifestContentType(header: string): ManifestVersion | undefined {
  const match = MANIFEST_CONTENT_TYPE.exec(header.split(";", 1)[0]!.trim());
  return match === null ? undefined : (Number(match[1]) as ManifestVersion);
}

/** The highest version that an `accept` header lists; undefined when it lists none. Weights (`;q=`) are ignored. */
export function negotiateManifestVersion(acceptHeader: string): ManifestVersion | undefined {
  let highest: ManifestVersion | undefined;
  for (const part of acceptHeader.split(",")) {
    const version = parseManifestContentType(part);
    if (version !== undefined && (highest === undefined || version > highest)) highest = version;
  }
  return highest;
}

/** Fields that only describe: an older server loses a text, and nothing behaves otherwise. Dropped. */
const DESCRIPTIVE: Readonly<Record<string, ManifestVersion>> = { documentation: 2, metadata: 2 };

/** Fields that change what the server does: to drop them silently would break what the user asked for. Refused. */
const BEHAVIORAL: Readonly<Record<string, ManifestVersion>> = {
  inactivityTimeout: 3,
  abortTimeout: 3,
  journalRetention: 3,
  idempotencyRetention: 3,
  workflowCompletionRetention: 3,
  enableLazyState: 3,
  ingressPrivate: 3,
  retryPolicyInitialInterval: 4,
  retryPolicyMaxInterval: 4,
  retryPolicyMaxAttempts: 4,
  retryPolicyExponentiationFactor: 4,
  retryPolicyOnMaxAttempts: 4,
};

/**
 * The manifest as a server of an older version may read it: documentation, metadata and `lambdaCompression` are dropped
 * where that version lacks them.
 *
 * @throws ProtocolError "unsupported-version" when a service or handler sets an option that the version cannot express;
 *   the message lists all of them
 */
export function manifestForVersion(manifest: EndpointManifest, version: ManifestVersion): EndpointManifest {
  const refused: string[] = [];
  const fit = <T extends object>(fields: T, path: string): T => {
    const kept = Object.entries(fields).filter(([name, value]) => {
      if (value === undefined || (DESCRIPTIVE[name] ?? 1) > version) return false;
      if ((BEHAVIORAL[name] ?? 1) > version) refused.push(`${path}.${name} (version ${BEHAVIORAL[name]})`);
      return true;
    });
    return Object.fromEntries(kept) as T;
  };
  const services = manifest.services.map((service) => ({
    ...fit(service, service.name),
    handlers: service.handlers.map((handler) => fit(handler, `${service.name}.${handler.name}`)),
  }));
  if (refused.length > 0) {
    throw new ProtocolError(
      "unsupported-version",
      `manifest version ${version} cannot express: ${refused.join(", ")}. Leave these options away or use a newer server`,
    );
  }
  const { lambdaCompression, ...rest } = manifest;
  return {
    ...rest,
    services,
    ...(lambdaCompression !== undefined && version >= 4 && { lambdaCompression }),
  };
}
