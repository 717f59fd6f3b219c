import type { ConnectionOpts } from "./api.js";
import type { IngressCallOptions } from "./options.js";

/** The answer was not a success. */
export class HttpCallError extends Error {
  override readonly name = "HttpCallError";

  constructor(
    /** The HTTP status: the code of the handler's TerminalError, or of the ingress' refusal. */
    readonly status: number,
    /** The body. */
    readonly responseText: string,
  ) {
    super(`Request failed: ${status}\n${responseText}`);
  }
}

export interface IngressRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Uint8Array;
  readonly contentType?: string;
  readonly options?: Pick<IngressCallOptions, "idempotencyKey" | "headers" | "timeout" | "signal">;
}

/** Sends requests to the ingress. @returns the answer as it is, whatever its status */
export type Transport = (request: IngressRequest) => Promise<Response>;

export function createTransport({ url, headers, fetch = globalThis.fetch }: ConnectionOpts): Transport {
  const base = url.replace(/\/+$/, "");
  return ({ method, path, body, contentType, options = {} }) => {
    const { idempotencyKey, headers: own, timeout, signal } = options;
    if (timeout !== undefined && signal !== undefined) {
      throw new TypeError("Give either a timeout or a signal, not both.");
    }
    const used = timeout === undefined ? signal : AbortSignal.timeout(timeout);
    return fetch(base + path, {
      method,
      headers: {
        ...(contentType !== undefined && body !== undefined && { "content-type": contentType }),
        ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
        ...headers,
        ...own,
      },
      ...(body !== undefined && { body }),
      ...(used && { signal: used }),
    });
  };
}

/** @throws HttpCallError if the status is not 2xx */
export async function expectSuccess(response: Response): Promise<Uint8Array> {
  if (!response.ok) throw new HttpCallError(response.status, await response.text());
  return new Uint8Array(await response.arrayBuffer());
}
