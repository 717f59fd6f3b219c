import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ErrorBehavior } from "@pawl/protocol";
import type { ServiceOptions } from "../definitions/options.js";
import { service } from "../definitions/service.js";
import { InvocationServer, inOrder, type ServerOptions } from "./server.test.kit.js";
import { userCode } from "./user-code.test.kit.js";

const definitionOf = (file: string, body: string, options: ServiceOptions = {}) =>
  service({ name: "Test", handlers: { it: userCode(file, body) }, options });

/** Executes some code, and then other code on the journal of the first but for its last entry. */
async function executeThen(
  before: string,
  after: string,
  options: { service?: ServiceOptions; server?: ServerOptions } = {},
) {
  const first = new InvocationServer(definitionOf("/app/old.js", before), "it", options.server);
  first.start();
  await first.finish(inOrder);
  const journal = first.journal.slice(0, -1);
  const second = new InvocationServer(definitionOf("/app/new.js", after, options.service), "it", {
    ...options.server,
    journal,
  });
  second.start();
  const outcome = await second.finish(inOrder);
  assert.ok(outcome.kind === "failed", outcome.kind);
  return outcome.error;
}

const old = `await ctx.run("a", () => 1);
  await ctx.sleep(1, "nap");
  ctx.set("state", 1);
  await ctx.run("b", () => 2);`;

describe("a journal mismatch is explained", () => {
  it("with both commands, the line of user code, the neighbours, and what to do", async () => {
    const error = await executeThen(
      old,
      `await ctx.run("a", () => 1);
      ctx.clear("state");`,
    );
    assert.equal(error.code, 570);
    assert.equal(error.relatedCommandIndex, 2);
    assert.match(error.message, /recorded at command index 2: Sleep 'nap'/);
    assert.match(error.message, /the code now asks for: ClearState 'state'/);
    assert.match(error.message, /In your code: handler \(\/app\/new\.js:3:11\)/);
    assert.match(error.message, /before: 1 Run 'a'; after: SetState 'state', Run 'b'/);
    assert.match(error.message, /Register a new deployment/);
    assert.match(error.message, /ctx\.date\.now\(\)/);
    assert.match(error.message, /RestatePromise\.race/);
    assert.match(error.stacktrace, /^ *at handler \(\/app\/new\.js:3:11\)/);
  });

  it("with the fields that differ, and causes that fit them", async () => {
    const error = await executeThen(
      'ctx.set("n", 1); await ctx.sleep(1);',
      'ctx.set("n", 2); await ctx.sleep(1);',
    );
    assert.match(error.message, /SetState/);
    assert.match(error.message, /- value: recorded 1, now 2/);
    assert.match(error.message, /new\.js:2:5/);
    assert.match(error.message, /A serde gives other bytes for the same value/);
    const headers = (value: string): string =>
      `ctx.genericSend({ service: "S", method: "m", parameter: new Uint8Array(), headers: { trace: "${value}" } });
      await ctx.sleep(1);`;
    const volatile = await executeThen(headers("1"), headers("2"));
    assert.match(volatile.message, /- headers: recorded .*"1".*, now .*"2"/);
    assert.match(volatile.message, /pass on none that change/);
  });

  it("where an await finds nothing, with what is awaited and, in development mode, made where", async () => {
    const first = new InvocationServer(
      definitionOf("/app/old.js", 'ctx.sleep(1, "nap"); await ctx.run("a", () => 1);'),
      "it",
    );
    first.start();
    await first.finish(inOrder);
    const journal = first.journal.slice(0, -1);
    for (const developmentChecks of [true, false]) {
      const definition = definitionOf("/app/new.js", 'await ctx.sleep(1, "nap");');
      const second = new InvocationServer(definition, "it", { journal, endpoint: { developmentChecks } });
      second.start();
      const outcome = await second.finish(inOrder);
      assert.ok(outcome.kind === "failed");
      const { message } = outcome.error;
      assert.match(message, /An 'await' has no result in the journal[\s\S]*- completion 1/);
      assert.match(message, /before: 1 Sleep 'nap'; after: Run 'a'/);
      assert.match(message, /An 'await' was added/);
      assert.equal(/In your code: handler \(\/app\/new\.js:2:11\)/.test(message), developmentChecks);
    }
  });

  it("and the option says what the server shall do about it", async () => {
    for (const [onJournalMismatchErrors, behavior] of [
      ["pause", ErrorBehavior.Pause],
      ["fail", ErrorBehavior.Fail],
    ] as const) {
      const error = await executeThen(old, "await ctx.sleep(1);", {
        service: { onJournalMismatchErrors },
        server: { version: 7 },
      });
      assert.equal(error.behavior, behavior);
    }
  });
});
