import type { ConnectionOpts } from "./api.js";
import { HttpCallError } from "./errors.js";
import type { IngressCallOptions } from "./options.js";
import { nextDelayMs, type RetryFailure, type RetryPolicy } from "./retry.js";

export interface IngressRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array | undefined;
  readonly contentType?: string | undefined;
  readonly options?:
    | Pick<IngressCallOptions, "idempotencyKey" | "limitKey" | "headers" | "timeout" | "signal">
    | undefined;
  /** Whether it does no harm to send it twice. */
  readonly repeatable: boolean;
}

/**
 * Sends requests to the ingress, again if need be.
 * @returns the body of a success
 * @throws HttpCallError if the status is not 2xx
 */
export type Transport = (request: IngressRequest) => Promise<Uint8Array>;

/** What differs from run to run; given by tests. */
export interface Environment {
  nowUnixMs(): number;
  /** From 0 to 1. */
  random(): number;
  /** @throws the signal's reason once it is aborted */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

export function createTransport(
  { url, headers, fetch = globalThis.fetch, retry }: ConnectionOpts,
  environment: Environment = platform,
): Transport {
  const base = url.replace(/\/+$/, "");
  const configured: RetryPolicy | undefined = retry === true ? {} : retry || undefined;

  return async (request) => {
    const { timeout, signal } = request.options ?? {};
    if (timeout !== undefined && signal !== undefined) {
      throw new TypeError("Give either a timeout or a signal, not both.");
    }
    const init = toInit(request, headers);
    const policy = request.repeatable ? configured : undefined;
    const startedAt = environment.nowUnixMs();
    for (let attempt = 0; ; attempt++) {
      const result = await exchange(fetch, base + request.path, {
        ...init,
        headers: { ...init.headers, "x-restateclient-retry-attempt": String(attempt + 1) },
        signal: timeout === undefined ? (signal ?? null) : AbortSignal.timeout(timeout),
      });
      if (result.kind === "success") return result.body;
      const nowUnixMs = environment.nowUnixMs();
      const attempted = {
        attempt,
        elapsedMs: nowUnixMs - startedAt,
        nowUnixMs,
        random: environment.random(),
      };
      const mayRepeat = policy !== undefined && !signal?.aborted;
      const delayMs = mayRepeat ? nextDelayMs(policy, result, attempted) : undefined;
      if (delayMs === undefined) throw toError(result);
      await environment.sleep(delayMs, signal);
    }
  };
}

function toInit(
  { method, body, contentType, options = {} }: IngressRequest,
  common: ConnectionOpts["headers"],
) {
  const { idempotencyKey, limitKey, headers } = options;
  return {
    method,
    headers: {
      ...common,
      ...headers,
      ...(contentType !== undefined && { "content-type": contentType }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      ...(limitKey !== undefined && { "x-restate-limit-key": limitKey }),
    },
    ...(body !== undefined && { body }),
  };
}

type Exchanged = { readonly kind: "success"; readonly body: Uint8Array } | RetryFailure;

async function exchange(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Exchanged> {
  try {
    const response = await fetch(url, init);
    const { ok, status, headers } = response;
    if (ok) return { kind: "success", body: new Uint8Array(await response.arrayBuffer()) };
    const body = await response.text();
    return { kind: "response", status, headers, ...(body !== "" && { body }) };
  } catch (error) {
    return { kind: "network", error };
  }
}

const toError = (failure: RetryFailure): unknown =>
  failure.kind === "network" ? failure.error : new HttpCallError(failure.status, failure.body ?? "");

const platform: Environment = {
  nowUnixMs: Date.now,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const aborted = (): void => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", aborted);
        resolve();
      }, ms);
      signal?.addEventListener("abort", aborted, { once: true });
    }),
};
