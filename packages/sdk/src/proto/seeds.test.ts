/** The code of the documents seeds/000 and 001, as printed there, compiled and run. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GreeterClientImpl, Request, Response, TestRequest } from "./fixtures/ts-proto/test/services.js";
import { requestBytes, runCode } from "./proto.test.kit.js";

const greetingBytes = (greeting: string): Uint8Array => Response.encode({ greeting }).finish();

describe("request-response calls", () => {
  it("wait for the response, and are journaled", async () => {
    const { text, calls } = await runCode(
      async (restateContext) => {
        const client = new GreeterClientImpl(restateContext);
        const greeting = await client.greet(Request.create({ name: "Pete" }));
        return greeting.greeting;
      },
      { callResult: () => ({ kind: "value", value: greetingBytes("Hello Pete") }) },
    );
    assert.equal(text, "Hello Pete");
    assert.deepEqual(
      calls.map(({ serviceName, handlerName, key, parameter }) => [serviceName, handlerName, key, parameter]),
      [["test.services.Greeter", "Greet", "", requestBytes("Pete")]],
    );
  });
});

describe("one-way calls", () => {
  it("do not wait for the response", async () => {
    const { text, calls, sends } = await runCode(async (restateContext) => {
      const client = new GreeterClientImpl(restateContext);
      await restateContext.oneWayCall(() => client.greet(TestRequest.create({ name: "Pete" })));
      return "sent";
    });
    assert.equal(text, "sent");
    assert.equal(calls.length, 0);
    assert.deepEqual(
      sends.map(({ serviceName, handlerName, invokeTime, parameter }) => [
        serviceName,
        handlerName,
        Number(invokeTime),
        parameter,
      ]),
      [["test.services.Greeter", "Greet", 0, requestBytes("Pete")]],
    );
  });

  it("were once named inBackground", async () => {
    const { text, sends } = await runCode(async (restateContext) => {
      const client = new GreeterClientImpl(restateContext);
      await restateContext.inBackground(() => client.greet(TestRequest.create({ name: "Pete" })));
      return "sent";
    });
    assert.equal(text, "sent");
    assert.equal(sends.length, 1);
  });

  it("are sent even if nobody awaits the promise", async () => {
    const { outcome, sends } = await runCode(async (restateContext) => {
      const client = new GreeterClientImpl(restateContext);
      restateContext.oneWayCall(() => client.greet(Request.create({ name: "Pete" })));
    });
    assert.equal(outcome.kind, "completed");
    assert.equal(sends.length, 1);
  });
});

describe("delayed calls", () => {
  it("are executed after their delay", async () => {
    const before = Date.now();
    const { text, sends } = await runCode(async (restateContext) => {
      const client = new GreeterClientImpl(restateContext);
      await restateContext.delayedCall(() => client.greet(TestRequest.create({ name: "Pete" })), 5000);
      return "sent";
    });
    assert.equal(text, "sent");
    const delay = Number(sends[0]!.invokeTime) - before;
    assert.ok(delay >= 5000 && delay < 8000, String(delay));
  });

  it("are one-way calls without a delay", async () => {
    const { sends } = await runCode(async (restateContext) => {
      const client = new GreeterClientImpl(restateContext);
      await restateContext.delayedCall(() => client.greet(Request.create({ name: "Pete" })));
      await restateContext.inBackground(() => client.greet(Request.create({ name: "Pete" })), 5000);
    });
    assert.deepEqual(
      sends.map(({ invokeTime }) => Number(invokeTime) > 0),
      [false, true],
    );
  });
});
