import assert from "node:assert/strict";
import { test } from "node:test";
import { type LogFilter, parseLogFilter } from "../config/log-filter.js";
import type { AttemptFailed } from "../node/observer.js";
import type { Invocation } from "../partition/model.js";
import { HandlerKind } from "../store/store.js";
import { createLoggers } from "./logger.js";
import { MetricsRegistry } from "./metrics/registry.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { ServerObserver } from "./server-observer.js";

const INVOCATION = {
  id: "inv_1x",
  target: { service: "Cart", handler: "add", key: "me", kind: HandlerKind.ObjectExclusive },
  journal: null,
  outcome: null,
  attempt: null,
} as unknown as Invocation;

function watched(
  filter: string,
  watch: (observer: ServerObserver, metrics: ServerMetrics) => void,
): string[] {
  const lines: string[] = [];
  const loggers = createLoggers({
    filter: parseLogFilter(filter, "info") as LogFilter,
    format: "compact",
    write: (line) => lines.push(line.slice(25).trimEnd()),
  });
  const metrics = new ServerMetrics(new MetricsRegistry());
  watch(new ServerObserver({ loggers, metrics, tracing: null, logPayloads: false }), metrics);
  return lines;
}

const ABOUT =
  "rpc.service: Cart  rpc.method: add  restate.invocation.id: inv_1x  restate.invocation.target: Cart/me/add";

test("what an operator should know is said at the usual level, and counted", () => {
  const lines = watched("info", (observer, metrics) => {
    observer.became("created", INVOCATION);
    observer.became("suspended", INVOCATION);
    observer.became("paused", INVOCATION);
    observer.became("killed", INVOCATION);
    const failure = { code: 500, message: "no", docCode: "RT0007" };
    observer.attemptFailed({
      kind: "failure",
      invocation: INVOCATION,
      failure,
      next: "pause",
    } as AttemptFailed);
    const { created, suspended, paused, killed, succeeded, retries } = metrics.handlers.of("Cart", "add");
    const counted = [created, suspended, paused, killed, succeeded, retries].map(({ value }) => value);
    assert.deepEqual(counted, [1, 1, 1, 1, 0, 0]);
  });
  assert.deepEqual(lines, [
    `WARN  invoker: invocation paused: it goes on when it is resumed  ${ABOUT}`,
    `INFO  node: invocation killed  ${ABOUT}`,
    `WARN  invoker: an attempt failed: no  ${ABOUT}  restate.error.code: RT0007  restate.next: pause`,
  ]);
});

test("a commit is worth a line when it is slow", () => {
  const lines = watched("info", (observer, { commitRows }) => {
    observer.committed(12, 3);
    observer.committed(1_500, 400);
    assert.equal(commitRows.sum, 403);
  });
  assert.deepEqual(lines, [
    "WARN  store: a commit was slow: is the disk overloaded?  duration.ms: 1500  rows: 400",
  ]);
});
