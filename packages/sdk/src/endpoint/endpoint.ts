import {
  type EndpointManifest,
  HeaderName,
  invocationContentType,
  isServiceProtocolVersion,
  MANIFEST_VERSIONS,
  manifestContentType,
  manifestForVersion,
  negotiateManifestVersion,
  ProtocolError,
  type ProtocolMode,
  parseInvocationContentType,
  type ServiceProtocolVersion,
} from "@pawl/protocol";
import type { Handler } from "../definitions/handler.js";
import type { WorkflowOptions } from "../definitions/options.js";
import { type BoundService, implementationOf } from "../definitions/service.js";
import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from "../definitions/types.js";
import { DevelopmentMode } from "../development/mode.js";
import { toError } from "../errors.js";
import { CodecSource, type JournalValueCodec } from "../journal-codec.js";
import {
  consoleTransport,
  createLogger,
  type Logger,
  type LoggerTransport,
  LogSource,
} from "../logging/logger.js";
import type { Attempt, OutputSink } from "../runtime/attempt.js";
import { type HandlerRuntime, type InvocationEnvironment, startInvocation } from "../runtime/invocation.js";
import { type Serde, serde } from "../serde.js";
import { SDK_SERVER_HEADER } from "../version.js";
import { IdentityVerifier, type Refusal } from "./identity.js";
import { toManifest } from "./manifest.js";
import { parseRoute, type Route } from "./routes.js";
import {
  convert,
  MAX_PREVIEW_BODY_BYTES,
  type PreviewOperation,
  previewsOf,
  type SerdePreviews,
} from "./serde-previews.js";

/** Any definition made by `service`, `object` or `workflow`. */
export type AnyDefinition =
  | ServiceDefinition<string, unknown>
  | VirtualObjectDefinition<string, unknown>
  | WorkflowDefinition<string, unknown>;

/** Options for all services of an endpoint; those of a service win. */
export type DefaultServiceOptions = WorkflowOptions;

/**
 * What an endpoint serves, and how.
 *
 * @example
 * ```ts
 * const greeter = pawl.service({ name: "Greeter", handlers: { greet: async () => "Hello" } });
 *
 * const options: pawl.EndpointOptions = {
 *   services: [greeter],
 *   defaultServiceOptions: { inactivityTimeout: { minutes: 5 } },
 * };
 * ```
 */
export interface EndpointOptions {
  services: AnyDefinition[];
  defaultServiceOptions?: DefaultServiceOptions;
  /** Default: the console, from level INFO on (environment variable RESTATE_LOGGING). */
  logger?: LoggerTransport;
  /**
   * Public keys of the servers that may call, `publickeyv1_...`; requests of others, but for health checks, are refused
   * with status 401. Default: anybody who reaches the endpoint may call.
   */
  identityKeys?: string[];
  /** Transforms the values of the journal, for instance encrypts them. Called once. */
  journalValueCodecProvider?: () => Promise<JournalValueCodec>;
  /**
   * Looks out for code that is not deterministic, and warns: promises that nobody awaits, the context inside of `ctx.run`,
   * `Date.now()`, `Math.random()` and the like in handlers. It costs some time in each invocation. Default: true unless the
   * environment variable NODE_ENV is `production`.
   */
  developmentChecks?: boolean;
}

export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface EndpointRequest {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: RequestHeaders;
  /** What this transport can do, told at discovery. */
  readonly mode: ProtocolMode;
  /** Told at discovery: the server may compress large requests with it. */
  readonly lambdaCompression?: "zstd";
  readonly extraArgs?: unknown[];
  /** What the platform adds to log messages, for instance the id of its request. */
  readonly additionalContext?: Record<string, string>;
}

/**
 * `complete`: the whole answer. `stream`: the body comes from an attempt, which takes the request's body. `exchange`: the
 * answer needs the whole body first; of one above the limit it is enough to bring as much as shows that.
 */
export type EndpointAnswer =
  | CompleteAnswer
  | {
      readonly kind: "stream";
      readonly status: 200;
      readonly headers: Headers;
      start(sink: OutputSink): Attempt;
    }
  | {
      readonly kind: "exchange";
      readonly maxBodyBytes: number;
      respond(body: Uint8Array): Promise<CompleteAnswer>;
    };
export interface CompleteAnswer {
  readonly kind: "complete";
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}
type Headers = Readonly<Record<string, string>>;

/** An endpoint without a transport: answers requests of the server. */
export class Endpoint {
  readonly #handlers = new Map<string, ReadonlyMap<string, HandlerRuntime>>();
  readonly #previews = new Map<string, SerdePreviews>();
  readonly #manifest: EndpointManifest;
  readonly #transport: LoggerTransport;
  readonly #identity: IdentityVerifier | undefined;
  readonly #codec: CodecSource | undefined;
  readonly #development: DevelopmentMode | undefined;
  readonly logger: Logger;

  /** @throws TypeError on a definition without handlers, two services of the same name, or a bad identity key */
  constructor(options: EndpointOptions) {
    this.#transport = options.logger ?? consoleTransport();
    this.logger = createLogger(this.#transport, LogSource.SYSTEM, undefined);
    const { identityKeys = [], journalValueCodecProvider, developmentChecks = !isProduction() } = options;
    if (identityKeys.length > 0) this.#identity = new IdentityVerifier(identityKeys);
    if (journalValueCodecProvider !== undefined) this.#codec = new CodecSource(journalValueCodecProvider);
    if (developmentChecks) this.#development = new DevelopmentMode(this.#transport);
    if (!Array.isArray(options.services))
      throw new TypeError("There are no services to serve: { services: [...] }.");
    const services = options.services.map((definition) =>
      withDefaults(implementationOf(definition), options.defaultServiceOptions),
    );
    for (const service of services) {
      if (this.#handlers.has(service.name)) throw new TypeError(`Two services are named '${service.name}'.`);
      this.#handlers.set(service.name, toRuntimes(service));
      this.#previews.set(service.name, previewsOf(service, defaultSerdeOf));
    }
    this.#manifest = toManifest(services, defaultSerdeOf);
  }

  /** Whether requests are checked for who sent them. */
  get checksIdentity(): boolean {
    return this.#identity !== undefined;
  }

  /** @throws Error if requests are checked and the platform's cryptography promises: there `handleAsync` is needed */
  handle(request: EndpointRequest): EndpointAnswer {
    const route = parseRoute(request.path);
    const refusal = this.#refusal(request, route);
    if (refusal instanceof Promise) throw new Error("Signatures cannot be checked at once on this platform.");
    return this.#answer(request, route, refusal);
  }

  /** The same on every platform. */
  async handleAsync(request: EndpointRequest): Promise<EndpointAnswer> {
    const route = parseRoute(request.path);
    return this.#answer(request, route, await this.#refusal(request, route));
  }

  #refusal(request: EndpointRequest, route: Route): Refusal | Promise<Refusal> {
    if (this.#identity === undefined || route.kind === "health") return undefined;
    return this.#identity.refusal(pathOf(request), request.headers, Date.now());
  }

  #answer(request: EndpointRequest, route: Route, refusal: Refusal): EndpointAnswer {
    if (refusal !== undefined) {
      this.logger.error(`A request to ${pathOf(request)} was refused: ${refusal}.`);
      return failure(401, `Unauthorized: ${refusal}.`);
    }
    switch (route.kind) {
      case "health":
        return complete(200, "application/text", "OK");
      case "discover":
        return this.#discover(request);
      case "invoke":
        return this.#invoke(request, route.service, route.handler);
      case "preview":
        return this.#preview(route.service, route.serde, route.operation);
      case "unknown":
        return failure(404, UNKNOWN_PATH);
    }
  }

  #discover(request: EndpointRequest): EndpointAnswer {
    const { accept } = request.headers;
    const version = takesAnything(accept)
      ? LATEST_MANIFEST_VERSION
      : negotiateManifestVersion(String(accept));
    if (version === undefined)
      return failure(415, `No version of the manifest that '${accept}' accepts is spoken here.`);
    const { mode, lambdaCompression } = request;
    const transport = { protocolMode: mode, ...(lambdaCompression && { lambdaCompression }) };
    try {
      const manifest = manifestForVersion({ ...transport, ...this.#manifest }, version);
      return complete(200, manifestContentType(version), JSON.stringify(manifest));
    } catch (error) {
      if (error instanceof ProtocolError) return failure(500, error.message);
      throw error;
    }
  }

  #preview(service: string, name: string, operation: PreviewOperation): EndpointAnswer {
    const serde = this.#previews.get(service)?.get(name);
    if (serde === undefined) return failure(404, `There is no serde '${name}' with a preview in ${service}.`);
    return {
      kind: "exchange",
      maxBodyBytes: MAX_PREVIEW_BODY_BYTES,
      respond: async (request) => {
        if (request.length > MAX_PREVIEW_BODY_BYTES) {
          return failure(413, `The body has more than ${MAX_PREVIEW_BODY_BYTES} bytes.`);
        }
        try {
          const { contentType, body } = await convert(serde, operation, request);
          return complete(200, contentType, body);
        } catch (error) {
          return failure(422, toError(error).message);
        }
      },
    };
  }

  #invoke(request: EndpointRequest, serviceName: string, handlerName: string): EndpointAnswer {
    const handler = this.#handlers.get(serviceName)?.get(handlerName);
    if (handler === undefined) return failure(404, `There is no handler ${serviceName}/${handlerName} here.`);
    const contentType = request.headers["content-type"];
    const version = typeof contentType === "string" ? parseInvocationContentType(contentType) : undefined;
    if (version === undefined || !isServiceProtocolVersion(version)) {
      return failure(
        415,
        `Content type '${contentType ?? ""}' is not a service protocol version that is spoken here.`,
      );
    }
    return {
      kind: "stream",
      status: 200,
      headers: invocationHeaders[version],
      start: (sink) =>
        this.start(
          handler,
          {
            version,
            attemptHeaders: () => toHeaderMap(request.headers),
            extraArgs: request.extraArgs ?? [],
            ...(request.additionalContext && { additionalContext: request.additionalContext }),
          },
          sink,
        ),
    };
  }

  /** All that discovery tells, but the mode: that is the transport's. */
  get manifest(): EndpointManifest {
    return this.#manifest;
  }

  handler(service: string, name: string): HandlerRuntime | undefined {
    return this.#handlers.get(service)?.get(name);
  }

  /** Starts an attempt for whoever is its transport. */
  start(
    handler: HandlerRuntime,
    environment: Omit<InvocationEnvironment, "logger" | "codec" | "development">,
    sink: OutputSink,
  ): Attempt {
    return startInvocation(
      handler,
      {
        ...environment,
        logger: this.#transport,
        ...(this.#codec && { codec: this.#codec }),
        ...(this.#development && { development: this.#development }),
      },
      sink,
    );
  }
}

const pathOf = ({ path }: EndpointRequest): string => path.split("?", 1)[0]!;

function toHeaderMap(headers: RequestHeaders): ReadonlyMap<string, string | string[] | undefined> {
  return new Map(Object.entries(headers).filter(([name]) => !name.startsWith(":")));
}

function withDefaults(service: BoundService, defaults: DefaultServiceOptions | undefined): BoundService {
  return defaults === undefined ? service : { ...service, options: { ...defaults, ...service.options } };
}

function defaultSerdeOf(service: BoundService, handler: Handler): Serde<unknown> {
  return handler.options.serde ?? service.options.serde ?? serde.json;
}

function toRuntimes(service: BoundService): ReadonlyMap<string, HandlerRuntime> {
  const runtimes = new Map<string, HandlerRuntime>();
  for (const [name, handler] of service.handlers) runtimes.set(name, toRuntime(service, name, handler));
  return runtimes;
}

function toRuntime(service: BoundService, name: string, handler: Handler): HandlerRuntime {
  const { options } = handler;
  const defaultSerde = defaultSerdeOf(service, handler);
  const asTerminalError = options.asTerminalError ?? service.options.asTerminalError;
  const explicit = options.explicitCancellation ?? service.options.explicitCancellation;
  const onJournalMismatch = options.onJournalMismatchErrors ?? service.options.onJournalMismatchErrors;
  return {
    service: service.name,
    name,
    isKeyed: service.type !== "SERVICE",
    behindIt: handler.kind === "exclusive" ? exclusiveHandlers(service) : new Set(),
    fn: handler.fn,
    inputSerde: options.input ?? defaultSerde,
    outputSerde: options.output ?? defaultSerde,
    defaultSerde,
    hooks: [...(service.options.hooks ?? []), ...(options.hooks ?? [])],
    ...(handler.createContext && { createContext: handler.createContext }),
    ...(asTerminalError && { asTerminalError }),
    machine: {
      implicitCancellation: !(explicit ?? false),
      ...(onJournalMismatch && { onJournalMismatch }),
    },
  };
}

function exclusiveHandlers({ handlers }: BoundService): ReadonlySet<string> {
  return new Set([...handlers].flatMap(([name, { kind }]) => (kind === "exclusive" ? [name] : [])));
}
/** The server compares the content type to the letter. */
const headersInVersion = (version: ServiceProtocolVersion): Headers => ({
  "content-type": invocationContentType(version),
  [HeaderName.Server]: SDK_SERVER_HEADER,
});

/** Of answers to invocations: the same objects for all of them, so that transports may encode them once. */
const invocationHeaders: Readonly<Record<ServiceProtocolVersion, Headers>> = {
  5: headersInVersion(5),
  6: headersInVersion(6),
  7: headersInVersion(7),
};

const UNKNOWN_PATH =
  "Unknown path. Known are /discover, /health, /invoke/{service}/{handler} and /serdes/{service}/{encode|decode}/{serde}.";

const LATEST_MANIFEST_VERSION = MANIFEST_VERSIONS[MANIFEST_VERSIONS.length - 1]!;

const isProduction = (): boolean => globalThis.process?.env?.NODE_ENV === "production";

/** A person with curl, not a server. */
const takesAnything = (accept: string | string[] | undefined): boolean =>
  accept === undefined || accept === "*/*";

const encoder = new TextEncoder();

function complete(status: number, contentType: string, body: string | Uint8Array): CompleteAnswer {
  const headers = { "content-type": contentType, [HeaderName.Server]: SDK_SERVER_HEADER };
  return { kind: "complete", status, headers, body: typeof body === "string" ? encoder.encode(body) : body };
}

export const failure = (status: number, message: string): CompleteAnswer =>
  complete(status, "application/json", JSON.stringify({ message }));
