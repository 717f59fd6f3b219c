import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { handlers } from "../definitions/handlers.js";
import { object, service } from "../definitions/service.js";
import { type LogMetadata, RestateLogLevel } from "../logging/logger.js";
import { InvocationServer, inOrder, type ServerOptions } from "../runtime/server.test.kit.js";
import { userCode } from "../runtime/user-code.test.kit.js";

/** Executes a handler some times. @returns what was warned of, and the last outcome */
async function execute(body: string, options: ServerOptions & { times?: number; file?: string } = {}) {
  const warnings: string[] = [];
  const logger = (meta: LogMetadata, message?: unknown): void => {
    if (meta.level === RestateLogLevel.WARN) warnings.push(String(message));
  };
  const definition = service({
    name: "Test",
    handlers: { it: userCode(options.file ?? "/app/code.js", body) },
  });
  const server = new InvocationServer(definition, "it", {
    endpoint: { developmentChecks: true },
    ...options,
    logger,
  });
  const input = server.journal.slice();
  let outcome: unknown;
  for (let i = 0; i < (options.times ?? 1); i++) {
    server.journal.splice(0, server.journal.length, ...input);
    server.start();
    outcome = await server.finish(inOrder);
  }
  return { warnings, outcome };
}

describe("in development mode", () => {
  it("a promise that nobody awaited is told when the handler has returned, once for its line", async () => {
    const { warnings } = await execute(
      `ctx.run("lost", () => 1);
      const slept = ctx.sleep(1).map(() => 2);
      await ctx.sleep(1);`,
      { times: 2 },
    );
    assert.equal(warnings.length, 2);
    assert.match(
      warnings[0]!,
      /Run 'lost' was never awaited.*not executed: await it\.\n +at \/app\/code\.js:2:5$/s,
    );
    assert.match(warnings[1]!, /Sleep was never awaited.*\n +at \/app\/code\.js:3:/s);
  });

  it("promises that are awaited in any form, and sends, are no mistake", async () => {
    const { warnings } = await execute(
      `const named = ctx.run("a", () => 1);
      await RestatePromise.race([ctx.sleep(100000), named]);
      await RestatePromise.race([RestatePromise.resolve(1), ctx.sleep(1)]);
      ctx.run("b", () => 1).then(() => {});
      await ctx.sleep(1).orTimeout(10);
      ctx.genericSend({ service: "S", method: "m", parameter: new Uint8Array() });
      ctx.awakeable();
      await Promise.all([ctx.sleep(1), ctx.sleep(2)]);`,
    );
    assert.deepEqual(warnings, []);
  });

  it("work that nobody waits for when the handler returns is told, what is left of a race is not", async () => {
    const lost = await execute(
      `[1, 2].forEach(async (item) => {
        await ctx.run("item", () => item);
        await ctx.run("second", () => item);
      });`,
    );
    assert.equal(lost.warnings.length, 1);
    assert.match(lost.warnings[0]!, /returned while its code waited for Run 'item'.*:3:\d+$/s);
    const race = await execute(
      `const late = ctx.run("late", () => new Promise(() => {}));
      await RestatePromise.race([late, ctx.sleep(1)]);
      await ctx.sleep(1).orTimeout(100000);`,
    );
    assert.deepEqual(race.warnings, []);
  });

  it("a call of an object that waits for its caller is told", async () => {
    const warnings: string[] = [];
    const definition = object({
      name: "Own",
      handlers: {
        it: userCode(
          "/app/own.js",
          `const call = (service, key, method) => ctx.objectClient({ name: service }, key)[method]();
          await call("Own", "other", "it");
          await call("Other", "k", "it");
          await call("Own", "k", "look");
          ctx.objectSendClient({ name: "Own" }, "k").it();
          await call("Own", "k", "it");`,
        ),
        look: handlers.object.shared(async () => 1),
      },
    });
    const server = new InvocationServer(definition, "it", {
      key: "k",
      endpoint: { developmentChecks: true },
      logger: (meta, message) => {
        if (meta.level === RestateLogLevel.WARN) warnings.push(String(message));
      },
    });
    server.start();
    await server.finish(inOrder);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /^The exclusive handler 'it' of the handler's own key .* waits for ever/);
  });

  it("a context that is used after its handler has returned is told", async () => {
    const { warnings } = await execute("setTimeout(() => ctx.set('a', 1)); return 1;");
    while (warnings.length === 0) await turn();
    assert.match(warnings[0]!, /^The context was used when its handler had returned: .*\.js:2:22$/s);
  });

  it("values that JSON does not give back are told", async () => {
    const { warnings } = await execute(
      `class Money { plus() {} }
      await ctx.run("when", () => ({ at: [new Date(0)] }));
      ctx.set("index", { byName: new Map() });
      ctx.set("money", new Money());
      ctx.set("ratio", 1 / 0);
      ctx.set("plain", { text: "a", none: undefined, list: [1, null], bare: Object.create(null) });
      await ctx.run("bytes", () => new Date(), { serde: { serialize: () => new Uint8Array(1), deserialize: () => 1 } });`,
    );
    assert.deepEqual(
      warnings.map((warning) =>
        /^The value of (.*), and JSON makes (.*) of it, [\s\S]*:(\d+):\d+$/.exec(warning)?.slice(1),
      ),
      [
        ["Run 'when' has a Date at .at[0]", "a string", "3"],
        ["SetState has a Map at .byName", "{}", "4"],
        ["SetState has a Money", "an object without its methods", "5"],
        ["SetState has Infinity", "null", "6"],
      ],
    );
  });

  it("the clock and random numbers are told, with what to use", async () => {
    const { warnings } = await execute(
      `Date.now();
      new Date();
      Math.random();
      crypto.randomUUID();
      process.getBuiltinModule("node:crypto").randomUUID();
      await ctx.sleep(1);
      Date();`,
    );
    assert.deepEqual(
      warnings.map((warning) =>
        /^(\S+(?: Date\(\))?) in a handler[\s\S]* use ((?:await )?ctx\.[\w.]+\(\))[\s\S]*:(\d+):\d+$/
          .exec(warning)
          ?.slice(1),
      ),
      [
        ["Date.now()", "await ctx.date.now()", "2"],
        ["new Date()", "await ctx.date.now()", "3"],
        ["Math.random()", "ctx.rand.random()", "4"],
        ["crypto.randomUUID()", "ctx.rand.uuidv4()", "5"],
        ["crypto.randomUUID()", "ctx.rand.uuidv4()", "6"],
        ["Date()", "await ctx.date.now()", "8"],
      ],
    );
  });

  it("but not in runs, in libraries, for given times, or outside of handlers", async () => {
    const body = `await ctx.run(async () => { Date.now(); await null; return Math.random(); });
      new Date(0); Date.parse("2020");
      await ctx.date.now();`;
    assert.deepEqual((await execute(body)).warnings, []);
    const library = await execute("Date.now();", { file: "/app/node_modules/library/index.js" });
    assert.deepEqual(library.warnings, []);
    Date.now();
    Math.random();
    await turn();
  });

  it("the wrapped functions are what they were for everybody else", () => {
    const date = new Date(5);
    assert.ok(date instanceof Date);
    assert.equal(date.constructor, Date);
    assert.equal(Object.prototype.toString.call(date), "[object Date]");
    class Own extends Date {}
    assert.ok(new Own(1) instanceof Own);
    assert.equal(new Own(1).getTime(), 1);
    assert.equal(Date.UTC(1970, 0, 1), 0);
    assert.equal(Date.length, 7);
    assert.equal(Date.now.name, "now");
    assert.equal(typeof Date(), "string");
    assert.deepEqual(structuredClone(date), date);
    assert.match(crypto.randomUUID(), /^[0-9a-f-]{36}$/);
    assert.ok(Math.random() < 1);
  });

  it("the context inside of a run is refused", async () => {
    const { outcome } = await execute('await ctx.run("r", () => { ctx.set("a", 1); });');
    assert.match((outcome as { output: string }).output, /^500 The context was used inside of ctx\.run/);
    const nested = await execute('await ctx.run("r", async () => { await null; await ctx.sleep(1); });');
    assert.match(
      (nested.outcome as { output: string }).output,
      /^500 The context was used inside of ctx\.run/,
    );
    const { warnings } = await execute('await ctx.run("r", () => ctx.rand.random());');
    assert.match(warnings[0]!, /ctx\.rand was used inside of ctx\.run.*code\.js:2/s);
  });
});

describe("results of runs", () => {
  it("are taken from wherever they come", async () => {
    const { outcome } = await execute(`return ctx.run("r", () => {
      const listeners = [];
      setImmediate(() => listeners.forEach((listener) => listener("done")));
      return { then: (listener) => listeners.push(listener) };
    });`);
    assert.deepEqual(outcome, { kind: "completed", output: '"done"' });
  });
});

describe("without development checks", () => {
  it("nothing is told, refused or remembered", async () => {
    const body = 'ctx.sleep(1); Date.now(); await ctx.run("r", () => ctx.rand.random());';
    const { warnings } = await execute(body, { endpoint: { developmentChecks: false } });
    assert.deepEqual(warnings, []);
  });

  it("is how NODE_ENV=production is taken", async () => {
    const { NODE_ENV } = process.env;
    process.env.NODE_ENV = "production";
    try {
      assert.deepEqual((await execute("ctx.sleep(1);", { endpoint: {} })).warnings, []);
      delete process.env.NODE_ENV;
      assert.equal((await execute("ctx.sleep(1);", { endpoint: {} })).warnings.length, 1);
    } finally {
      if (NODE_ENV === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = NODE_ENV;
    }
  });
});
