import { AWS_ADVICE, AwsError, type AwsErrorKind } from "../aws/errors.js";
import type { AttemptFailure } from "../partition/model.js";
import { DocCode, describeError, failure } from "./failures.js";
import { parseRetryAfter } from "./retry-after.js";

const CODES: Readonly<Record<AwsErrorKind, DocCode>> = {
  credentials: DocCode.Network,
  denied: DocCode.Network,
  throttled: DocCode.RateLimited,
  "not-found": DocCode.Network,
  "too-large": DocCode.RequestTooLarge,
  function: DocCode.Network,
  service: DocCode.Network,
  network: DocCode.Network,
};

/**
 * Why an attempt got no answer of its function. All of it is tried again.
 * @param now unix milliseconds, for a `Retry-After` that is a date
 */
export function lambdaFailure(url: string, error: unknown, now: number): AttemptFailure {
  if (!(error instanceof AwsError)) {
    return failure(DocCode.Network, url, describeError(error), AWS_ADVICE.service);
  }
  const { kind, message, retryAfter } = error;
  return failure(CODES[kind], url, message, AWS_ADVICE[kind], parseRetryAfter(retryAfter, now));
}
