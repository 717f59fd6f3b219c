import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, it } from "node:test";
import { MessageType } from "@pawl/protocol";
import { rpc } from "../context/calls.js";
import type { Context, ObjectContext, WorkflowContext, WorkflowSharedContext } from "../context/context.js";
import { InvocationIdParser } from "../context/promise.js";
import { handlers } from "../definitions/handlers.js";
import { object, service, workflow } from "../definitions/service.js";
import type { TerminalError } from "../errors.js";
import { bytes } from "../machine/story.test.kit.js";
import { serde } from "../serde.js";
import { InvocationServer, inOrder, runToEnd, type ServerOptions, textOf } from "./server.test.kit.js";

// What the generator of restate-sdk 1.17.2 gives for this seed: one random(), then one uuidv4().
const SEED_42 = '[0.6969372117194047,"91376f57-7441-4e51-8ced-240cfb7ce0fb"]';

const target = service({
  name: "Target",
  handlers: { echo: async (_: Context, text: string) => text, ping: async (_: Context) => "pong" },
});
const keyedTarget = object({ name: "Keyed", handlers: { add: async (_: ObjectContext, n: number) => n } });

/** Runs a handler of a service made for this test. */
function run(
  // biome-ignore lint/suspicious/noExplicitAny: every test has an input of its own
  fn: (ctx: Context, input: any) => Promise<unknown>,
  options: ServerOptions = {},
) {
  return runToEnd(service({ name: "Test", handlers: { it: fn } }), "it", options);
}

const commandsOf = (server: InvocationServer): string[] => server.journal.slice(1).map(textOf);

describe("input and output", () => {
  it("are JSON unless said otherwise; nothing is no bytes", async () => {
    const { outcome } = await run(async (_ctx, input: { a: number }) => input.a, { input: { a: 3 } });
    assert.deepEqual(outcome, { kind: "completed", output: "3" });
    const empty = await run(async (_ctx, input) => assert.equal(input, undefined));
    assert.deepEqual(empty.outcome, { kind: "completed", output: "" });
  });

  it("take the serdes of the handler", async () => {
    const binary = service({
      name: "Binary",
      handlers: {
        it: handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, data: Uint8Array) =>
          data.slice(1),
        ),
      },
    });
    const { outcome } = await runToEnd(binary, "it", { input: 42 });
    assert.deepEqual(outcome, { kind: "completed", output: "2" });
  });

  it("that does not parse is a terminal error with code 400", async () => {
    const journal = [{ type: MessageType.Input, payload: Uint8Array.of(0x72, 0x03, 0x0a, 0x01, 0x7b) }];
    const { outcome } = await run(async () => 1, { journal });
    assert.match(outcome.kind === "completed" ? outcome.output : "", /^400 Failed to deserialize input/);
  });
});

describe("run", () => {
  it("is fluent: name, action, options", async () => {
    const { outcome, server } = await run(async (ctx) => {
      const a = await ctx.run(() => 1);
      const b = await ctx.run("b", async () => 2);
      const c = await ctx.run("c", () => bytes("x"), { serde: serde.binary });
      return [a, b, c.length];
    });
    assert.deepEqual(outcome, { kind: "completed", output: "[1,2,1]" });
    assert.deepEqual(
      commandsOf(server).filter((line) => line.startsWith("Run ")),
      [
        'Run {"resultCompletionId":1}',
        'Run {"resultCompletionId":2,"name":"b"}',
        'Run {"resultCompletionId":3,"name":"c"}',
      ],
    );
  });

  it("fails the attempt, and the next one counts on, until the attempts are used up", async () => {
    const definition = service({
      name: "Flaky",
      handlers: {
        it: async (ctx: Context) =>
          ctx
            .run("flaky", () => Promise.reject(new Error("boom")), {
              maxRetryAttempts: 3,
              initialRetryInterval: 20,
            })
            .catch((error: TerminalError) => `gave up: ${error.message}`),
      },
    });
    const server = new InvocationServer(definition, "it");
    const delays: unknown[] = [];
    for (let retries = 0; retries < 3; retries++) {
      server.start(retries);
      const outcome = await server.finish(inOrder);
      if (outcome.kind === "failed") delays.push(outcome.error.nextRetryDelayMs);
      else assert.deepEqual(outcome, { kind: "completed", output: '"gave up: boom"' });
    }
    assert.deepEqual(delays, [20, 40]);
  });

  it("takes any kind of promise, and keeps the async context of its caller", async () => {
    const storage = new AsyncLocalStorage<string>();
    const { outcome } = await run((ctx) =>
      storage.run("mine", async () => {
        await ctx.sleep(1);
        // biome-ignore lint/suspicious/noThenProperty: a promise of another library
        const thenable = { then: (resolve: (value: unknown) => void) => resolve(storage.getStore()) };
        return ctx.run("r", () => thenable as Promise<unknown>);
      }),
    );
    assert.deepEqual(outcome, { kind: "completed", output: '"mine"' });
  });

  it("that is sync is written with its result in one piece", async () => {
    let chunks = 0;
    const server = new (class extends InvocationServer {
      protected override onCommand(type: number, payload: Uint8Array): void {
        chunks++;
        super.onCommand(type, payload);
      }
    })(service({ name: "Test", handlers: { it: async (ctx: Context) => ctx.run("a", () => 1) } }), "it");
    server.start();
    await server.finish(inOrder);
    assert.equal(chunks, 2);
    assert.match(server.frames[1]!, /^ProposeRunCompletion/);
  });
});

describe("calls", () => {
  it("go through typed clients, with options", async () => {
    const { outcome, server } = await run(async (ctx) => {
      const echoed: string = await ctx
        .serviceClient(target)
        .echo("a", rpc.opts({ headers: { h: "v" }, name: "n" }));
      const pong: string = await ctx.serviceClient(target).ping();
      const sum: number = await ctx.objectClient(keyedTarget, "k").add(3, rpc.opts({ idempotencyKey: "i" }));
      ctx.objectSendClient(keyedTarget, "k").add(1, rpc.sendOpts({ delay: { seconds: 1 } }));
      const raw = await ctx.genericCall({ service: "R", method: "m", parameter: bytes("xyz") });
      return [echoed, pong ?? null, sum, raw.length];
    });
    assert.deepEqual(outcome, { kind: "completed", output: '["a",null,3,3]' });
    assert.deepEqual(
      commandsOf(server).filter((line) => line.includes("Call {")),
      [
        'Call {"serviceName":"Target","handlerName":"echo","parameter":"\\"a\\"","headers":[{"key":"h","value":"v"}],' +
          '"invocationIdNotificationIdx":1,"resultCompletionId":2,"name":"n"}',
        'Call {"serviceName":"Target","handlerName":"ping","parameter":"","invocationIdNotificationIdx":3,"resultCompletionId":4}',
        'Call {"serviceName":"Keyed","handlerName":"add","parameter":"3","key":"k",' +
          '"invocationIdNotificationIdx":5,"resultCompletionId":6,"idempotencyKey":"i"}',
        server.journal.map(textOf).find((line) => line.startsWith("OneWayCall"))!,
        'Call {"serviceName":"R","handlerName":"m","parameter":"xyz","invocationIdNotificationIdx":8,"resultCompletionId":9}',
      ],
    );
  });

  it("tell the invocation id", async () => {
    const { outcome } = await run(async (ctx) => {
      const call = ctx.serviceClient(target).echo("a");
      const id = await call.invocationId;
      ctx.cancel(id);
      return [id, await ctx.attach(InvocationIdParser.fromString(id)), await call];
    });
    assert.deepEqual(outcome, { kind: "completed", output: '["inv_1callee2","attached","a"]' });
  });
});

describe("state", () => {
  it("is read, set and cleared", async () => {
    const definition = object({
      name: "Counter",
      handlers: {
        add: async (ctx: ObjectContext<{ n: number }>, by: number) => {
          const n = ((await ctx.get("n")) ?? 0) + by;
          ctx.set("n", n);
          const missing = await ctx.get("n2" as "n");
          ctx.clear("n");
          return { n, missing, keys: await ctx.stateKeys(), after: await ctx.get("n"), key: ctx.key };
        },
      },
    });
    const options = { key: "k", input: 2, state: [{ key: "n", value: bytes("5") }], partialState: false };
    const { outcome } = await runToEnd(definition, "add", options);
    assert.equal(
      outcome.kind === "completed" && outcome.output,
      '{"n":7,"missing":null,"keys":[],"after":null,"key":"k"}',
    );
  });
});

describe("promises of a workflow", () => {
  it("are awaited, looked at and completed", async () => {
    const definition = workflow({
      name: "Flow",
      handlers: {
        run: async (ctx: WorkflowContext) => {
          await ctx.promise<string>("mine").resolve("x");
          const open = await ctx.promise<string>("other").peek();
          return [await ctx.promise<string>("p"), await ctx.promise<string>("p").get(), open ?? "open"];
        },
        poke: async (ctx: WorkflowSharedContext) => ctx.promise("p").reject("no"),
      },
    });
    const { outcome } = await runToEnd(definition, "run", { key: "w" });
    assert.deepEqual(outcome, { kind: "completed", output: '["kept","kept","open"]' });
    const poked = await runToEnd(definition, "poke", { key: "w" });
    assert.deepEqual(poked.outcome, { kind: "completed", output: "" });
  });
});

describe("what is deterministic", () => {
  it("comes from the seed: the numbers of the official SDK", async () => {
    const { outcome } = await run(async (ctx) => [ctx.rand.random(), ctx.rand.uuidv4()]);
    assert.deepEqual(outcome, { kind: "completed", output: SEED_42 });
  });

  it("date is journaled", async () => {
    const { server } = await run(async (ctx) => [await ctx.date.now(), await ctx.date.toJSON()]);
    assert.deepEqual(commandsOf(server).filter((line) => line.startsWith("Run ")).length, 2);
  });
});

describe("request", () => {
  it("describes the invocation", async () => {
    const { outcome } = await run(async (ctx) => {
      const { target: called, id, headers, attemptHeaders, body } = ctx.request();
      return [`${called}`, id, headers.size, attemptHeaders.get("content-type"), body.length];
    });
    assert.equal(
      outcome.kind === "completed" && outcome.output,
      '["Test/it","inv_1test",0,"application/vnd.restate.invocation.v6",0]',
    );
  });

  it("has a signal that fires when the attempt is over", async () => {
    let signal: AbortSignal | undefined;
    const { outcome } = await run(async (ctx) => {
      signal = ctx.request().attemptCompletedSignal;
      return signal.aborted;
    });
    assert.deepEqual(outcome, { kind: "completed", output: "false" });
    assert.ok(signal?.aborted);
  });
});
