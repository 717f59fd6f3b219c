import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogFormat } from "../config/config.js";
import { createLogger } from "./logger.js";

function logged(format: LogFormat, log: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  log(createLogger({ level: "info", format, write: (line) => lines.push(line), now: () => 0 }));
  return lines;
}

test("a line for people has time, level, message and fields", () => {
  const lines = logged("pretty", (logger) =>
    logger.log("warn", "it failed", { "restate.invocation.id": "inv_1x" }),
  );
  assert.deepEqual(lines, ["1970-01-01T00:00:00.000Z WARN  it failed  restate.invocation.id: inv_1x\n"]);
});

test("a line for machines is one JSON object, whatever the message has in it", () => {
  const [line = ""] = logged("json", (logger) =>
    logger.log("error", "two\nlines", { n: 1, none: undefined }),
  );
  assert.equal(line.indexOf("\n"), line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    time: "1970-01-01T00:00:00.000Z",
    level: "error",
    message: "two\nlines",
    n: 1,
  });
});

test("less important lines are dropped", () => {
  assert.deepEqual(
    logged("pretty", (logger) => logger.log("debug", "details")),
    [],
  );
});
