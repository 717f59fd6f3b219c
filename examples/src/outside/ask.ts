/** How the examples reach what is not theirs: banks, mail servers, shops. In their place stands the fake of world.ts. */
import { TerminalError } from "@pawl/sdk";

export interface AskOptions {
  /** Who asks again under the same key gets the answer of the first time, and nothing is done twice. */
  readonly idempotencyKey: string;
  /** Ends the wait for an answer. */
  readonly signal?: AbortSignal;
}

/**
 * Asks the outside world to do something.
 * @param service what is asked, e.g. `bank/charge`
 * @throws TerminalError when it is refused for good (4xx); Error, which leads to a retry, when it could not be asked
 */
export async function ask<T>(service: string, request: object, options: AskOptions): Promise<T> {
  const response = await fetch(`${outsideUrl()}/${service}`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": options.idempotencyKey },
    body: JSON.stringify(request),
    signal: options.signal ?? null,
  });
  const text = await response.text();
  if (response.status >= 500) throw new Error(`${service}: ${response.status} ${text}`);
  if (!response.ok) throw new TerminalError(text, { errorCode: response.status });
  return JSON.parse(text) as T;
}

/** Where the outside world is: the environment variable OUTSIDE_URL, or the port of `npm run example`. */
export function outsideUrl(): string {
  return process.env.OUTSIDE_URL ?? "http://127.0.0.1:9090";
}

/** What the fakes answer to whatever they do. */
export interface Receipt {
  /** The same however often it was asked under one idempotency key. */
  readonly receipt: string;
}

export const mail = {
  send: (letter: { to: string; subject: string; text: string }, idempotencyKey: string): Promise<Receipt> =>
    ask("mail", letter, { idempotencyKey }),
};

/** Amounts are in cents. */
export const bank = {
  charge: (order: { card: string; cents: number }, idempotencyKey: string): Promise<Receipt> =>
    ask("bank/charge", order, { idempotencyKey }),
  /** @param charge the key that it was made with. Refunding what was never charged is fine. */
  refund: (charge: string): Promise<Receipt> =>
    ask("bank/refund", { charge }, { idempotencyKey: `${charge}/refund` }),
};
