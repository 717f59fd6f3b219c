/** Invocations that call others. */
import assert from "node:assert/strict";
import { rpc } from "@restatedev/restate-sdk-clients";
import { eventually } from "../harness/processes.mjs";
import { failureOf } from "../harness/world.mjs";

const SOON_MS = 20_000;

export const callers = [
  {
    name: "a handler calls a service",
    run: async (world) => {
      const caller = world.service("Caller");
      assert.deepEqual(await caller.service({ a: 1 }), { a: 1 });
      assert.deepEqual(await caller.parallel([1, 2, 3]), [1, 2, 3]);
      assert.equal(await caller.private(), "not for everyone");
      assert.deepEqual(await caller.bytes([1, 2, 200]), [200, 2, 1]);
    },
  },
  {
    name: "a handler calls an object, in order",
    run: async (world) => {
      assert.deepEqual(
        await world.service("Caller").object({ key: world.unique(), amounts: [1, 2, 3] }),
        [1, 3, 6],
      );
      const key = world.unique();
      await world.service("Caller").sendInOrder({ key, items: [1, 2, 3, 4] });
      const items = await eventually("all items to arrive", SOON_MS, async () => {
        const { value } = await world.object("Counter", key).get("items");
        return value?.length === 4 && value;
      });
      assert.deepEqual(items, [1, 2, 3, 4]);
    },
  },
  {
    name: "a handler calls a workflow",
    run: async (world) => {
      const [key, topic] = [world.unique(), world.unique()];
      const result = await world.service("Caller").workflow({ key, topic });
      assert.deepEqual(result, { key, clicked: "from the caller", result: "called" });
    },
  },
  {
    name: "an idempotency key is of no use to a workflow, and does no harm",
    run: async (world) => {
      const [key, idempotencyKey] = [world.unique(), world.unique()];
      const result = await world.service("Caller").workflowWithIdempotencyKey({ key, idempotencyKey });
      assert.equal(result, "called");
      assert.equal(await world.workflow("QuickFlow", key).workflowAttach(), "called");
    },
  },
  {
    name: "what needs flow control is refused by servers without it",
    needs: ({ protocol }) => protocol >= 7,
    run: async (world) => {
      for (const handler of ["scoped", "limitKey"]) {
        const topic = world.unique();
        const failure = await failureOf(world.service("Caller")[handler](topic));
        assert.match(failure.message, /scope/, handler);
        assert.equal(world.endpoint.notes(topic).length, 0);
      }
    },
  },
  {
    name: "the failure of a callee can be caught",
    run: async (world) => {
      const failure = { message: "callee failed", errorCode: 477 };
      const caught = await world.service("Caller").failure(failure);
      assert.deepEqual(caught, { message: "callee failed", code: 477, metadata: {} });
      const uncaught = await failureOf(world.service("Caller").uncaught(failure));
      assert.deepEqual([uncaught.message, uncaught.code], ["callee failed", 477]);
    },
  },
  {
    name: "the failure of a callee carries metadata",
    needs: ({ protocol }) => protocol >= 6,
    run: async (world) => {
      const failure = { message: "callee failed", errorCode: 477, metadata: { why: "so" } };
      const caught = await world.service("Caller").failure(failure);
      assert.deepEqual(caught.metadata, { why: "so" });
      assert.deepEqual((await failureOf(world.service("Caller").uncaught(failure))).metadata, { why: "so" });
    },
  },
  {
    name: "headers reach the callee",
    run: async (world) => {
      const headers = await world.service("Caller").headers({ "x-own": "mine", "x-other": "ä" });
      assert.equal(headers["x-own"], "mine");
      assert.equal(headers["x-other"], "ä");
    },
  },
  {
    name: "calls with the same idempotency key are one invocation, from handlers, too",
    run: async (world) => {
      const [topic, idempotencyKey] = [world.unique(), world.unique()];
      const [a, b, firstId, secondId] = await world.service("Caller").idempotent({ topic, idempotencyKey });
      assert.deepEqual([a, b], [1, 1]);
      assert.equal(firstId, secondId);
      assert.equal(await world.service("Echo").noted({ topic }, rpc.opts({ idempotencyKey })), 1);
    },
  },
  {
    name: "one-way calls from handlers arrive",
    run: async (world) => {
      const [topic, delayed] = [world.unique(), world.unique()];
      assert.match(await world.service("Caller").send({ topic }), /^inv_1/);
      await world.endpoint.noted(topic);
      const before = Date.now();
      await world.service("Caller").send({ topic: delayed, delay: { milliseconds: 700 } });
      await world.endpoint.noted(delayed);
      assert.ok(Date.now() - before >= 690);
      assert.equal(world.endpoint.notes(topic).length, 1);
    },
  },
  {
    name: "a handler attaches to another invocation",
    run: async (world) => {
      assert.equal(await world.service("Caller").sendAndAttach(world.unique()), 1);
      const [topic, gate] = [world.unique(), world.unique()];
      const send = await world.serviceSend("Echo").noted({ topic, gate });
      await world.endpoint.noted(topic);
      const attached = world.service("Caller").attach(send.invocationId);
      world.endpoint.open(gate);
      assert.equal(await attached, 1);
      const failed = await world.serviceSend("Failing").terminal({ message: "gone", errorCode: 488 });
      const failure = await failureOf(world.service("Caller").attach(failed.invocationId));
      assert.deepEqual([failure.code, failure.message], [488, "gone"]);
    },
  },
  {
    name: "a handler calls by names alone",
    run: async (world) => {
      const key = world.unique();
      assert.equal(await world.service("Caller").generic({ key, amount: 5 }), 10);
      assert.equal(await world.service("Caller").genericBytes("text"), '"text"');
    },
  },
  {
    name: "calls by names have options",
    run: async (world) => {
      const [topic, later, idempotencyKey] = [world.unique(), world.unique(), world.unique()];
      const caller = world.service("Caller");
      assert.deepEqual(await caller.genericWithOptions({ topic, idempotencyKey }), [1, true]);
      const [headers, body] = await caller.genericHeaders({ "x-own": "mine" });
      assert.deepEqual([headers["x-own"], headers["content-type"], body], ["mine", undefined, ""]);
      const before = Date.now();
      await caller.genericSendLater({ topic: later, delay: 400 });
      await world.endpoint.noted(later);
      assert.ok(Date.now() - before >= 390);
    },
  },
  {
    name: "one-way calls have headers, and a workflow is submitted with one",
    run: async (world) => {
      const caller = world.service("Caller");
      const headers = await caller.sendWithHeaders({ key: world.unique(), headers: { "x-own": "sent" } });
      assert.equal(headers["x-own"], "sent");
      assert.deepEqual(await caller.submitWorkflow(world.unique()), ["submitted", "submitted"]);
    },
  },
  {
    name: "a handler attaches with a serde",
    run: async (world) => {
      const options = rpc.sendOpts({ idempotencyKey: world.unique() });
      const { invocationId } = await world.serviceSend("Echo").echo("ab", options);
      assert.deepEqual(await world.service("Caller").attachBytes(invocationId), [34, 97, 98, 34]);
    },
  },
  {
    name: "options are objects of their classes",
    run: async (world) => {
      const topic = world.unique();
      assert.deepEqual(await world.service("Caller").optionClasses(topic), ["call", "named", 1]);
      await world.endpoint.noted(topic);
    },
  },
];
