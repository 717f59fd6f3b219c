import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogFormat } from "../config/config.js";
import { type LogFilter, parseLogFilter } from "../config/log-filter.js";
import { createLoggers, type Loggers } from "./logger.js";

function logged(format: LogFormat, log: (loggers: Loggers) => void, filter = "info"): string[] {
  const lines: string[] = [];
  const parsed = parseLogFilter(filter, "info") as LogFilter;
  log(createLoggers({ filter: parsed, format, write: (line) => lines.push(line), now: () => 0 }));
  return lines;
}

test("a line for people has time, level, module, message and fields", () => {
  const fail = (loggers: Loggers): void =>
    loggers.invoker.warn?.("it failed", { "restate.invocation.id": "inv_1x", none: undefined });
  assert.deepEqual(logged("compact", fail), [
    "1970-01-01T00:00:00.000Z WARN  invoker: it failed  restate.invocation.id: inv_1x\n",
  ]);
  assert.deepEqual(logged("pretty", fail), [
    "1970-01-01T00:00:00.000Z WARN  invoker: it failed\n    restate.invocation.id: inv_1x\n",
  ]);
});

test("what users wrote cannot look like another event", () => {
  const [line = ""] = logged("compact", ({ node }) => node.error?.("two\nlines", { field: "a\r\nb" }));
  assert.equal(line, "1970-01-01T00:00:00.000Z ERROR node: two\\nlines  field: a\\r\\nb\n");
});

test("a line for machines is one JSON object, whatever the message has in it", () => {
  const [line = ""] = logged("json", ({ store }) => store.error?.("two\nlines", { n: 1, none: undefined }));
  assert.equal(line.indexOf("\n"), line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    time: "1970-01-01T00:00:00.000Z",
    level: "error",
    module: "store",
    message: "two\nlines",
    n: 1,
  });
});

test("where a level is off, neither message nor fields are made", () => {
  const mustNotRun = (): never => assert.fail("it was made");
  const lines = logged(
    "json",
    ({ node, invoker, admin }) => {
      node.debug?.(mustNotRun(), mustNotRun());
      admin.error?.(mustNotRun());
      invoker.debug?.("details");
    },
    "info,invoker=debug,admin=off",
  );
  assert.equal(lines.length, 1);
});
