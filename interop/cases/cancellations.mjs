/** Handlers that are told of their cancellation. */
import assert from "node:assert/strict";
import { failureOf } from "../harness/world.mjs";

async function cancelled(world, handler, ...steps) {
  const topic = world.unique();
  const result = world.service("Explicit")[handler](topic);
  result.catch(() => {});
  const [id] = await world.endpoint.noted(topic);
  for (const step of steps) await world.endpoint.noted(`${topic}/${step}`);
  await world.admin("cancel", id);
  return { id, topic, result };
}

export const cancellations = [
  {
    name: "explicit cancellation: it is one of the things to wait for",
    run: async (world) => {
      assert.equal(await (await cancelled(world, "races")).result, "cancelled");
      const failure = await failureOf((await cancelled(world, "fails")).result);
      assert.deepEqual([failure.code, failure.message], [456, "gave up"]);
    },
  },
  {
    name: "explicit cancellation: a handler may go on as if nothing had been",
    run: async (world) => assert.equal(await (await cancelled(world, "goesOn")).result, "went on"),
  },
  {
    name: "explicit cancellation: each one is told once",
    run: async (world) => {
      const { id, topic, result } = await cancelled(world, "twice");
      await world.endpoint.noted(`${topic}/first`);
      await world.admin("cancel", id);
      assert.deepEqual(await result, { isSame: true, isNew: true });
    },
  },
  {
    name: "explicit cancellation: callees are cancelled when the handler says so",
    run: async (world) => {
      const { topic, result } = await cancelled(world, "callees", "callee");
      await world.endpoint.noted(`${topic}/cancelled`);
      assert.deepEqual(await result, { isCallee: true, code: 409 });
      await world.endpoint.noted(`${topic}/callee/undone`);
    },
  },
  {
    name: "explicit cancellation: a running step can be aborted",
    // In the other variants the attempt is over before the server could tell it anything.
    needs: ({ transport, isSuspending }) => transport === "bidi" && isSuspending !== true,
    run: async (world) => assert.equal(await (await cancelled(world, "aborts", "step")).result, "aborted"),
  },
  {
    name: "explicit cancellation: a single handler may do without",
    run: async (world) =>
      assert.deepEqual(await (await cancelled(world, "implicit")).result, [true, true, 409]),
  },
];
