import type { AttemptFailure } from "../partition/model.js";

/** The documented errors that an attempt can end with before its handler said anything. Source: Restate 1.7 as observed, docs/compatibility.md */
export const DocCode = {
  AbortTimeout: "RT0001",
  MessageTooLarge: "RT0003",
  Network: "RT0010",
  NoDeployment: "RT0011",
  ProtocolViolation: "RT0012",
  UnsupportedVersion: "RT0015",
  RequestTooLarge: "RT0019",
  RateLimited: "RT0023",
} as const;
export type DocCode = (typeof DocCode)[keyof typeof DocCode];

/** Where the handler or its endpoint is to blame for nothing that a caller could act on. */
const INTERNAL_CODE = 500;
/** The service protocol's own code for a violation of itself. */
const PROTOCOL_VIOLATION_CODE = 571;

/** What went wrong on the way to a handler: where, what, what to do about it, and the documented code. */
export function failure(
  docCode: DocCode,
  url: string,
  cause: string,
  advice: string,
  nextRetryDelayMs?: number,
): AttemptFailure {
  return {
    code: docCode === DocCode.ProtocolViolation ? PROTOCOL_VIOLATION_CODE : INTERNAL_CODE,
    message: `POST ${url}: ${cause}. ${advice} (${docCode})`,
    docCode,
    ...(nextRetryDelayMs !== undefined && { nextRetryDelayMs }),
  };
}

const CHECK_LOGS = "Look into the endpoint's log; the attempt is repeated.";

export function unreachable(url: string, error: unknown): AttemptFailure {
  const { code, text } = describe(error);
  return failure(DocCode.Network, url, text, adviceFor(code));
}

/** The stream or its connection broke after it had been opened. */
export function streamBroken(url: string, cause: string): AttemptFailure {
  return failure(DocCode.Network, url, cause, CHECK_LOGS);
}

export function endedEarly(url: string): AttemptFailure {
  return failure(
    DocCode.Network,
    url,
    "the answer ended before the handler did (no End, Suspension or Error)",
    `Did the endpoint stop, or a proxy cut the stream? ${CHECK_LOGS}`,
  );
}

export function abortTimeout(url: string, abortTimeoutMs: number): AttemptFailure {
  return failure(
    DocCode.AbortTimeout,
    url,
    `the handler was asked to suspend and sent nothing for ${abortTimeoutMs} ms (abort timeout)`,
    "If it is busy for so long in one step, raise the abort timeout of the service or handler.",
  );
}

export function malformedAnswer(url: string, cause: string): AttemptFailure {
  return failure(
    DocCode.ProtocolViolation,
    url,
    cause,
    "The answer must be frames of the service protocol: is this an SDK's endpoint, and does nothing between change bodies?",
  );
}

export function messageTooLarge(url: string, cause: string): AttemptFailure {
  return failure(
    DocCode.MessageTooLarge,
    url,
    cause,
    "Pass large values by reference, or raise worker.invoker.message-size-limit.",
  );
}

/** In-process mode: the code that began is gone, and the code that is here lacks the handler. */
export function noSuchHandler(target: string, protocolVersion: number): AttemptFailure {
  return {
    code: INTERNAL_CODE,
    message:
      `this process has no handler ${target} for service protocol V${protocolVersion}. ` +
      `Bring it back (with its old name) until its invocations have ended, or kill them (${DocCode.NoDeployment})`,
    docCode: DocCode.NoDeployment,
  };
}

export function tooManyWaiting(url: string, waiting: number): AttemptFailure {
  return failure(
    DocCode.Network,
    url,
    `${waiting} attempts wait for a connection already`,
    "Add endpoints, or raise the number of concurrent streams that the endpoint allows.",
  );
}

export function readsTooSlowly(url: string, unsentBytes: number): AttemptFailure {
  return failure(
    DocCode.Network,
    url,
    `the endpoint has not read ${unsentBytes} bytes that were sent to it`,
    "Is the handler blocking its event loop?",
  );
}

export function unusableRequest(url: string, error: unknown): AttemptFailure {
  return failure(
    DocCode.ProtocolViolation,
    url,
    `the request cannot be made: ${describe(error).text}`,
    "Check the deployment's address and additional headers.",
  );
}

/** A system error's code and a text for it. Several addresses of one host (`localhost`) make an AggregateError. */
function describe(error: unknown): { code: string | undefined; text: string } {
  if (!(error instanceof Error)) return { code: undefined, text: String(error) };
  const code = (error as NodeJS.ErrnoException).code;
  const text =
    error instanceof AggregateError
      ? error.errors.map((e) => (e instanceof Error ? e.message : String(e))).join(", ")
      : error.message;
  return { code, text: text === "" ? (code ?? error.name) : text };
}

export function describeError(error: unknown): string {
  return describe(error).text;
}

function adviceFor(code: string | undefined): string {
  if (code === undefined) return CHECK_LOGS;
  if (code === "ECONNREFUSED" || code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return "Is the endpoint running, and reachable from here at the address that was registered?";
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "Check the host name that was registered.";
  if (code.includes("CERT") || code.includes("SELF_SIGNED") || code.startsWith("ERR_TLS")) {
    return "The server must trust the endpoint's certificate.";
  }
  if (code.startsWith("ERR_HTTP2") || code.startsWith("ERR_SSL") || code === "EPROTO") {
    return "Does the endpoint speak HTTP/2? If only HTTP/1.1, register it with use_http_11.";
  }
  return CHECK_LOGS;
}
