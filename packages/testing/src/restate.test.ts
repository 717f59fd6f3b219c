import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, type ObjectContext, object, service } from "@pawl/sdk";
import { RestateContainer, RestateTestEnvironment } from "./index.js";

let attempts = 0;

const worker = service({
  name: "Worker",
  handlers: {
    broken: async (_ctx: Context) => {
      attempts++;
      throw new Error("not today");
    },
  },
});

const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext, amount: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
  },
});

test("a test for the official package runs as it is", async () => {
  const environment = await RestateTestEnvironment.start({ services: [worker, counter], storage: "memory" });
  try {
    const state = environment.stateOf<{ value: number }>(counter, "a");
    await state.set("value", 41);
    const response = await fetch(`${environment.baseUrl()}/Counter/a/add`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "1",
    });
    assert.equal(await response.text(), "42");
    assert.deepEqual(await state.getAll(), { value: 42 });
    assert.equal((await fetch(`${environment.adminAPIBaseUrl()}/health`)).status, 200);
  } finally {
    await environment.stop();
  }
});

test("settings of its container are those of the server", async () => {
  const environment = await RestateTestEnvironment.start({ services: [worker] }, () =>
    new RestateContainer("1.7").disableRetries().withEnvironment({
      RESTATE_INGRESS__REQUEST_SIZE_LIMIT: "100B",
      OTHER: "x",
    }),
  );
  try {
    const call = (body: string): Promise<Response> =>
      fetch(`${environment.baseUrl()}/Worker/broken`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    assert.equal((await call(JSON.stringify("x".repeat(200)))).status, 413);
    assert.equal((await fetch(`${environment.baseUrl()}/Worker/broken`, { method: "POST" })).status, 500);
    assert.equal(attempts, 1);
  } finally {
    await environment.stop();
  }
});
