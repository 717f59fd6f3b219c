import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { z } from "zod";
import { Endpoint } from "./endpoint/endpoint.js";
import * as esm from "./node.js";
import { runToEnd } from "./runtime/server.test.kit.js";

// The CommonJS build is a copy of its own. Named by path, so that no condition of the package's exports leads back here.
const cjs = createRequire(import.meta.url)("../cjs/node.js") as typeof esm;

describe("copies of the package", () => {
  it("are different", () => {
    assert.notEqual(cjs.TerminalError, esm.TerminalError);
  });

  it("recognise each other's errors", () => {
    const error = new cjs.CancelledError();
    assert.ok(error instanceof esm.CancelledError);
    assert.ok(error instanceof esm.TerminalError);
    assert.ok(error instanceof esm.RestateError);
    assert.ok(!(error instanceof esm.TimeoutError));
    assert.ok(!(new Error("none") instanceof esm.RestateError));
    assert.ok(new cjs.RetryableError("later") instanceof esm.RetryableError);
    assert.ok(new cjs.PauseError("stop") instanceof esm.PauseError);
  });

  it("leave subclasses of users what they are", () => {
    class OutOfStock extends esm.TerminalError {}
    assert.ok(new OutOfStock("none left") instanceof OutOfStock);
    assert.ok(new OutOfStock("none left") instanceof cjs.TerminalError);
    assert.ok(!(new esm.TerminalError("other") instanceof OutOfStock));
  });

  it("serve each other's definitions", () => {
    const greeter = cjs.service({
      name: "Greeter",
      handlers: {
        greet: cjs.createServiceHandler(
          { description: "greets" },
          async (_: esm.Context, name: string) => name,
        ),
      },
    });
    assert.doesNotThrow(() => esm.createEndpointHandler({ services: [greeter] }));
  });
});

/** Runs a handler that was made with the other copy. */
async function outcomeOf(fn: (ctx: esm.Context) => Promise<unknown>, options: esm.ServiceOptions = {}) {
  const service = cjs.service({ name: "Test", handlers: { it: fn }, options });
  const { outcome } = await runToEnd(service as never, "it");
  return outcome;
}

describe("what another copy makes", () => {
  it("is recognised: errors", async () => {
    assert.deepEqual(
      await outcomeOf(async () => {
        throw new cjs.TerminalError("no", { errorCode: 418 });
      }),
      { kind: "completed", output: "418 no" },
    );
    const failed = await outcomeOf(async () => {
      throw new cjs.RetryableError("later", { retryAfter: 7 });
    });
    assert.equal(failed.kind, "failed");
    assert.equal((failed as { error: { nextRetryDelayMs?: number } }).error.nextRetryDelayMs, 7);
  });

  it("is recognised by handlers: errors that are thrown at them", async () => {
    const outcome = await outcomeOf(async (ctx) => {
      try {
        return await ctx.run("fails", () => {
          throw new esm.TerminalError("in a run");
        });
      } catch (error) {
        return [error instanceof cjs.TerminalError, error instanceof cjs.RestateError];
      }
    });
    assert.deepEqual(outcome, { kind: "completed", output: "[true,true]" });
  });

  it("is recognised: handlers with options", async () => {
    const wrapped = cjs.handlers.handler({ output: cjs.serde.binary }, async () => Buffer.from("bytes"));
    const service = cjs.service({ name: "Test", handlers: { it: wrapped } });
    const { outcome } = await runToEnd(service as never, "it");
    assert.deepEqual(outcome, { kind: "completed", output: "bytes" });
  });

  it("is recognised: interfaces, and JSON Schemas of their inputs", async () => {
    const contract = cjs.iface.service("Contract", {
      it: cjs.iface.schemas({ input: z.object({ a: z.number().default(1) }), output: z.string() }),
    });
    const service = esm.implement(contract as never, { handlers: { it: async () => "done" } } as never);
    const endpoint = new Endpoint({ services: [service], logger: () => {} });
    const answer = endpoint.handle({ path: "/discover", headers: {}, mode: "BIDI_STREAM" });
    assert.equal(answer.kind, "complete");
    const [{ handlers }] = JSON.parse(new TextDecoder().decode(answer.body)).services;
    assert.deepEqual(handlers[0].input.jsonSchema.properties, { a: { default: 1, type: "number" } });
    assert.equal(handlers[0].input.jsonSchema.required, undefined);
  });

  it("is recognised: options of calls", async () => {
    const outcome = await outcomeOf(async (ctx) => {
      const client = ctx.serviceClient<{ it: (ctx: esm.Context, text: string) => Promise<string> }>({
        name: "Target",
      } as never);
      const options = cjs.rpc.opts<string, string>({ name: "named" });
      client.it("a", options);
      return options instanceof esm.Opts;
    });
    assert.deepEqual(outcome, { kind: "completed", output: "true" });
  });

  it("is recognised: promises, combined by one copy or the other", async () => {
    const outcome = await outcomeOf(async (ctx) => {
      const all = await cjs.RestatePromise.all([ctx.run("a", () => 1), cjs.RestatePromise.resolve(2)]);
      const mixed = cjs.RestatePromise.race([ctx.run("b", () => 3), ctx.run("c", () => 4)]);
      const settled = await esm.RestatePromise.allSettled([mixed, cjs.RestatePromise.resolve(5)]);
      return [all, settled.map((each) => each.status), cjs.isRestatePromise(ctx.run("d", () => 6))];
    });
    assert.deepEqual(outcome, { kind: "completed", output: '[[1,2],["fulfilled","fulfilled"],true]' });
  });
});
