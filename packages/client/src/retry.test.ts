import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Attempted,
  defaultShouldRetry,
  nextDelayMs,
  type RetryFailure,
  type RetryPolicy,
} from "./retry.js";

const network: RetryFailure = { kind: "network", error: new Error("reset") };
const response = (status: number, headers: Record<string, string> = {}): RetryFailure => ({
  kind: "response",
  status,
  headers: new Headers(headers),
});
const NO_JITTER = 0.5;
const NOW = Date.parse("2026-01-02T03:04:05Z");

function delay(policy: RetryPolicy, at: Partial<Attempted> = {}, failure: RetryFailure = network) {
  return nextDelayMs(policy, failure, { attempt: 0, elapsedMs: 0, nowUnixMs: NOW, random: NO_JITTER, ...at });
}

describe("what is retried by default", () => {
  it("is what failed on the way, and what the ingress is overloaded with", () => {
    assert.ok(defaultShouldRetry(network));
    for (const status of [408, 425, 429, 500, 502, 503, 599])
      assert.ok(defaultShouldRetry(response(status)), `${status}`);
    for (const status of [400, 404, 409, 470, 600])
      assert.ok(!defaultShouldRetry(response(status)), `${status}`);
  });

  it("is never the outcome of an invocation", () => {
    assert.ok(!defaultShouldRetry(response(500, { "x-restate-error-source": "invocation" })));
    assert.ok(defaultShouldRetry(response(500, { "x-restate-error-source": "ingress" })));
  });
});

describe("the interval", () => {
  const intervals = (policy: RetryPolicy, random = NO_JITTER): (number | undefined)[] =>
    Array.from({ length: 6 }, (_, attempt) => delay(policy, { attempt, random }));

  it("doubles from 250 ms up to 3 s, five times", () => {
    assert.deepEqual(intervals({}), [250, 500, 1000, 2000, 3000, undefined]);
  });

  it("is up to a fifth longer or shorter", () => {
    assert.deepEqual(intervals({}, 0).slice(0, 2), [200, 400]);
    assert.deepEqual(intervals({}, 1).slice(0, 2), [300, 600]);
  });

  it("follows the policy", () => {
    const policy = {
      initialInterval: 10,
      exponentiationFactor: 3,
      maxInterval: { seconds: 1 },
      maxAttempts: false,
    };
    assert.deepEqual(intervals(policy as RetryPolicy), [10, 30, 90, 270, 810, 1000]);
  });

  it("gives way to Retry-After, in seconds or as a date", () => {
    const after = (value: string, policy: RetryPolicy = {}) =>
      delay(policy, {}, response(429, { "retry-after": value }));
    assert.equal(after("7"), 7000);
    assert.equal(after("Fri, 02 Jan 2026 03:04:15 GMT"), 10_000);
    assert.equal(after("Fri, 02 Jan 2026 03:04:01 GMT"), 0);
    assert.equal(after("soon"), 250);
    assert.equal(after("7", { respectRetryAfter: false }), 250);
    assert.equal(after("61"), undefined);
  });
});

describe("there is no further attempt", () => {
  it("after the last one", () => {
    assert.equal(delay({ maxAttempts: 2 }), 250);
    assert.equal(delay({ maxAttempts: 2 }, { attempt: 1 }), undefined);
    assert.equal(delay({ maxAttempts: 1 }), undefined);
  });

  it("that would begin after the duration, 60 s by default", () => {
    assert.equal(delay({}, { elapsedMs: 59_700 }), 250);
    assert.equal(delay({}, { elapsedMs: 59_750 }), undefined);
    assert.equal(delay({ maxDuration: { milliseconds: 300 } }, { elapsedMs: 49 }), 250);
    assert.equal(delay({ maxDuration: 300 }, { elapsedMs: 50 }), undefined);
    assert.equal(delay({ maxDuration: false }, { elapsedMs: 1e9 }), 250);
  });

  it("if shouldRetry says so, which sees the failure and the attempt", () => {
    const seen: unknown[] = [];
    const policy = (answer: boolean): RetryPolicy => ({
      shouldRetry: (failure, attempt) => {
        seen.push(failure, attempt);
        return answer;
      },
    });
    assert.equal(delay(policy(false), { attempt: 2 }), undefined);
    assert.equal(delay(policy(true), {}, response(404)), 250);
    assert.deepEqual(seen.slice(0, 2), [network, 2]);
  });
});
