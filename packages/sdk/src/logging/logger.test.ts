import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { consoleTransport, LoggerContext, LogSource, RestateLogLevel } from "./logger.js";

const { DEBUG, INFO, WARN } = RestateLogLevel;

/** What a console transport with this level writes for a message of each level. */
function linesOf(environmentLevel: string | undefined, context?: LoggerContext): unknown[][] {
  const written: unknown[][] = [];
  const methods = [DEBUG, INFO, WARN].map((level) =>
    mock.method(console, level, (...args: unknown[]) => void written.push(args)),
  );
  try {
    const transport = consoleTransport(environmentLevel);
    for (const level of [DEBUG, INFO, WARN]) {
      for (const replaying of [false, true]) {
        const meta = { source: LogSource.USER, level, replaying, ...(context && { context }) };
        transport(meta, "hello", 1, { a: 2 });
      }
    }
  } finally {
    for (const method of methods) method.mock.restore();
  }
  return written;
}

describe("the console transport", () => {
  it("writes from the level of RESTATE_LOGGING on, INFO by default, and nothing that is replayed", () => {
    assert.equal(linesOf(undefined).length, 2);
    assert.equal(linesOf("DEBUG").length, 3);
    assert.equal(linesOf("warn").length, 1);
    assert.throws(
      () => consoleTransport("LOUD"),
      /RESTATE_LOGGING is 'LOUD'.*TRACE, DEBUG, INFO, WARN or ERROR/,
    );
  });

  it("puts time, invocation and level in front, and passes on the rest", () => {
    const context = new LoggerContext("inv_1a", "Greeter", "greet", "pete", undefined, {
      AWSRequestId: "r1",
    });
    const [[prefix, ...rest]] = linesOf("WARN", context) as [[string, ...unknown[]]];
    assert.match(
      prefix,
      /^\[pawl\]\[\d{4}-[^\]]+Z\]\[Greeter\/pete\/greet\]\[inv_1a\]\[AWSRequestId: r1\] WARN:$/,
    );
    assert.deepEqual(rest, ["hello", 1, { a: 2 }]);
  });
});

describe("the context of log messages", () => {
  it("names the target, with the key if there is one", () => {
    assert.equal(new LoggerContext("i", "S", "h").invocationTarget, "S/h");
    assert.equal(new LoggerContext("i", "S", "h", "").invocationTarget, "S/h");
    assert.equal(new LoggerContext("i", "S", "h", "k").invocationTarget, "S/k/h");
  });
});
