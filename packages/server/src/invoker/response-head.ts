import type { AttemptFailure } from "../partition/model.js";
import { DocCode, failure } from "./failures.js";
import { parseRetryAfter } from "./retry-after.js";

/** How much of the body of a refusal goes into the failure's message. */
export const REFUSAL_BODY_BYTES = 1024;

/** What an answer's head says. Header values are undefined when absent. */
export interface ResponseHead {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
}

/** An answer that is no stream of frames. Its body may say why. */
export interface Refusal {
  readonly head: ResponseHead;
  readonly expectedContentType: string;
}

/** undefined when frames follow. Source of the rules: Restate 1.7 as observed, docs/compatibility.md */
export function refusalOf(head: ResponseHead, expectedContentType: string): Refusal | undefined {
  const isAccepted = head.status >= 200 && head.status < 300 && head.contentType === expectedContentType;
  return isAccepted ? undefined : { head, expectedContentType };
}

/**
 * @param body what came of the body, up to about `REFUSAL_BODY_BYTES`
 * @param now unix milliseconds, for a `Retry-After` that is a date
 */
export function refusalFailure(url: string, refusal: Refusal, body: Uint8Array, now: number): AttemptFailure {
  const { status, contentType, retryAfter } = refusal.head;
  const said = bodyText(body);
  const cause = `the endpoint answered with status ${status}${said === "" ? "" : `: ${said}`}`;
  if (status >= 200 && status < 300) {
    return failure(
      DocCode.ProtocolViolation,
      url,
      `the answer's content-type is ${contentType === undefined ? "missing" : JSON.stringify(contentType)} instead of "${refusal.expectedContentType}"`,
      "Is this an SDK's endpoint, and does nothing between change headers?",
    );
  }
  switch (status) {
    case 502:
    case 504:
      return failure(DocCode.Network, url, cause, "A proxy did not reach the endpoint. Is it running?");
    case 429:
    case 503:
      return failure(
        DocCode.RateLimited,
        url,
        cause,
        "The endpoint is overloaded or limits its rate.",
        parseRetryAfter(retryAfter, now),
      );
    case 415:
      return failure(
        DocCode.UnsupportedVersion,
        url,
        cause,
        `The endpoint does not speak ${refusal.expectedContentType}. Was it replaced by another SDK version? Register the new one as a deployment of its own.`,
      );
    case 413:
      return failure(
        DocCode.RequestTooLarge,
        url,
        cause,
        "Journal and state are more than the endpoint, or a proxy before it, takes. Raise its limit for bodies, or split the invocation.",
      );
    default:
      return failure(DocCode.ProtocolViolation, url, cause, adviceFor(status));
  }
}

function adviceFor(status: number): string {
  if (status >= 300 && status < 400) return "Register the address that it redirects to.";
  if (status === 401 || status === 403)
    return "Check the endpoint's identity keys and what stands before it.";
  if (status === 404) {
    return "The handler is not there. Was it removed? Register changed services as a new deployment.";
  }
  return "Look into the endpoint's log.";
}

/** SDKs answer `{"message": ...}`; whatever else is shown as it is. */
function bodyText(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, REFUSAL_BODY_BYTES))
    .toString("utf8")
    .trim();
  try {
    const message = (JSON.parse(text) as { message?: unknown } | null)?.message;
    if (typeof message === "string") return message;
  } catch {
    // Not JSON, or cut off.
  }
  return text;
}
