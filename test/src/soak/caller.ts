import { randomUUID } from "node:crypto";
import type { Answer, Caller } from "./stories.js";

const RETRY_MS = 100;
const REQUEST_TIMEOUT_MS = 30_000;
/** Gave up waiting: asked again. 503 and 429: the server ends, or has too much to do. */
const AGAIN = new Set([429, 502, 503, 504]);

/**
 * Requests that are repeated until they are answered.
 * @param onRepeat told why a request is repeated
 */
export function createCaller(ingress: string, admin: string, onRepeat: (why: string) => void): Caller {
  const repeat = async (url: string, init: RequestInit): Promise<Answer> => {
    for (;;) {
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
        const text = await response.text();
        if (!AGAIN.has(response.status)) return { status: response.status, body: parse(text) };
        onRepeat(`status ${response.status}`);
      } catch (error) {
        onRepeat(error instanceof Error ? error.name : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const post = (path: string, body: unknown): Promise<Answer> =>
    repeat(`${ingress}${path}`, {
      method: "POST",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        // A workflow's key is all the idempotency that it needs.
        ...(path.startsWith("/Order/") && path.includes("/run") ? {} : { "idempotency-key": randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    call: post,
    send: async (path, body) => {
      const { status, body: answer } = await post(`${path}/send`, body);
      const id = (answer as { invocationId?: string }).invocationId;
      if (id === undefined) throw new Error(`${status} for a one-way call: ${JSON.stringify(answer)}`);
      return id;
    },
    attach: (id) => repeat(`${ingress}/restate/invocation/${id}/attach`, {}),
    resolveAwakeable: async (id, value) => {
      const answer = await repeat(`${ingress}/restate/awakeables/${id}/resolve`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(value),
      });
      if (answer.status >= 300) throw new Error(`${answer.status} for an awakeable`);
    },
    end: async (id, how) => {
      const answer = await repeat(`${admin}/invocations/${id}/${how}`, { method: "PATCH" });
      if (answer.status >= 300) throw new Error(`${answer.status} for ${how}`);
    },
  };
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
