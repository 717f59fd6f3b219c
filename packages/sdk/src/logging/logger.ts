import type { Request } from "../context/request.js";

/**
 * How much a log message matters.
 *
 * @example
 * ```ts
 * const isLoud = (level: pawl.RestateLogLevel) => level === pawl.RestateLogLevel.ERROR;
 * ```
 */
export enum RestateLogLevel {
  TRACE = "trace",
  DEBUG = "debug",
  INFO = "info",
  WARN = "warn",
  ERROR = "error",
}

/**
 * Who says it. SYSTEM: the endpoint. JOURNAL: the life of an invocation. USER: `ctx.console`.
 *
 * @example
 * ```ts
 * const isMine = ({ source }: pawl.LogMetadata) => source === pawl.LogSource.USER;
 * ```
 */
export enum LogSource {
  SYSTEM = "SYSTEM",
  JOURNAL = "JOURNAL",
  USER = "USER",
}

/**
 * The invocation that a message belongs to.
 *
 * @example
 * ```ts
 * const targetOf = (context?: pawl.LoggerContext) => context?.invocationTarget ?? "the endpoint";
 * ```
 */
export class LoggerContext {
  /** `service/handler` or `service/key/handler`. */
  readonly invocationTarget: string;

  constructor(
    readonly invocationId: string,
    readonly serviceName: string,
    readonly handlerName: string,
    readonly key?: string,
    readonly request?: Request,
    readonly additionalContext?: Record<string, string>,
  ) {
    this.invocationTarget =
      key === undefined || key === ""
        ? `${serviceName}/${handlerName}`
        : `${serviceName}/${key}/${handlerName}`;
  }
}

/** What a log message comes with. */
export type LogMetadata = {
  source: LogSource;
  level: RestateLogLevel;
  /** The handler is replaying: it said this before. */
  replaying: boolean;
  context?: LoggerContext;
};

/**
 * Where log messages go. Filtering by level and by `replaying` is its business.
 *
 * @example
 * ```ts
 * const logger: pawl.LoggerTransport = ({ level, replaying, context }, message, ...more) => {
 *   if (!replaying) console.log(level, context?.invocationTarget, message, ...more);
 * };
 * ```
 */
export type LoggerTransport = (
  params: LogMetadata,
  // biome-ignore lint/suspicious/noExplicitAny: like console.log
  message?: any,
  // biome-ignore lint/suspicious/noExplicitAny: like console.log
  ...optionalParams: any[]
) => void;

const rank: { readonly [L in RestateLogLevel]: number } = {
  [RestateLogLevel.TRACE]: 1,
  [RestateLogLevel.DEBUG]: 2,
  [RestateLogLevel.INFO]: 3,
  [RestateLogLevel.WARN]: 4,
  [RestateLogLevel.ERROR]: 5,
};

function levelFromEnvironment(name: string | undefined): RestateLogLevel {
  if (!name) return RestateLogLevel.INFO;
  const level = name.toLowerCase();
  if (Object.hasOwn(rank, level)) return level as RestateLogLevel;
  throw new TypeError(`RESTATE_LOGGING is '${name}'; it can be TRACE, DEBUG, INFO, WARN or ERROR.`);
}

/**
 * Writes to the console; the environment variable RESTATE_LOGGING sets the lowest level (default INFO).
 * @throws TypeError on a level that does not exist
 */
export function consoleTransport(
  environmentLevel = globalThis.process?.env?.RESTATE_LOGGING,
): LoggerTransport {
  const lowest = rank[levelFromEnvironment(environmentLevel)];
  return ({ level, replaying, context }, message, ...more) => {
    if (replaying || rank[level] < lowest) return;
    const where = context
      ? `[${context.invocationTarget}][${context.invocationId}]${additional(context)}`
      : "";
    const prefix = `[pawl][${new Date().toISOString()}]${where} ${level.toUpperCase()}:`;
    console[level](prefix, message, ...more);
  };
}

function additional({ additionalContext = {} }: LoggerContext): string {
  return Object.entries(additionalContext)
    .map(([name, value]) => `[${name}: ${value}]`)
    .join("");
}

/** Says something about an endpoint or an invocation. */
export interface Logger {
  debug(message: string, ...more: unknown[]): void;
  info(message: string, ...more: unknown[]): void;
  warn(message: string, ...more: unknown[]): void;
  error(message: string, ...more: unknown[]): void;
}

export function createLogger(
  transport: LoggerTransport,
  source: LogSource,
  context: LoggerContext | undefined,
): Logger {
  const at =
    (level: RestateLogLevel) =>
    (message: string, ...more: unknown[]): void =>
      transport({ source, level, replaying: false, ...(context && { context }) }, message, ...more);
  return {
    debug: at(RestateLogLevel.DEBUG),
    info: at(RestateLogLevel.INFO),
    warn: at(RestateLogLevel.WARN),
    error: at(RestateLogLevel.ERROR),
  };
}
