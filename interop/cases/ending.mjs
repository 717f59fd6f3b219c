/** Cancelling and killing. */
import assert from "node:assert/strict";
import { rpc } from "@restatedev/restate-sdk-clients";
import { eventually } from "../harness/processes.mjs";
import { failureOf } from "../harness/world.mjs";

const SOON_MS = 20_000;

/** Starts a handler that notes its invocation id, and waits until it has done so. */
async function start(world, handler, topic) {
  const result = failureOf(world.service("Cancelled")[handler](topic));
  result.catch(() => {});
  const [id] = await world.endpoint.noted(topic);
  return { id, result };
}

const CANCELLED = { status: 409, code: 409 };

export const ending = [
  {
    name: "a cancelled handler compensates and fails",
    run: async (world) => {
      const topic = world.unique();
      const { id, result } = await start(world, "compensates", topic);
      const { status, text } = await world.admin("cancel", id);
      assert.deepEqual([status, text], [202, ""]);
      const { message, ...failure } = await result;
      assert.deepEqual(failure, { ...CANCELLED, source: "invocation" });
      assert.match(message, /^cancell?ed$/i);
      assert.equal(world.endpoint.notes(`${topic}/done`).length, 1);
      assert.equal(world.endpoint.notes(`${topic}/undone`).length, 1);
    },
  },
  {
    name: "a cancelled handler may go on, until it is cancelled again",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Cancelled").survives(topic);
      const [id] = await world.endpoint.noted(topic);
      await world.admin("cancel", id);
      const [first] = await world.endpoint.noted(`${topic}/cancelled`);
      assert.equal(first.code, 409);
      await world.admin("cancel", id);
      assert.deepEqual(await result, { cancellations: 2 });
    },
  },
  {
    name: "cancelling reaches callees first",
    run: async (world) => {
      const topic = world.unique();
      const { id, result } = await start(world, "callsOne", topic);
      await world.endpoint.noted(`${topic}/callee`);
      await world.admin("cancel", id);
      assert.equal((await result).code, 409);
      await world.endpoint.noted(`${topic}/callee/undone`);
    },
  },
  {
    name: "cancelling does not reach one-way calls",
    run: async (world) => {
      const topic = world.unique();
      const { id, result } = await start(world, "sendsOne", topic);
      const [callee] = await world.endpoint.noted(`${topic}/callee`);
      await world.admin("cancel", id);
      assert.equal((await result).code, 409);
      assert.equal(world.endpoint.notes(`${topic}/callee/undone`).length, 0);
      await world.admin("cancel", callee);
      await world.endpoint.noted(`${topic}/callee/undone`);
    },
  },
  {
    name: "a handler cancels another invocation",
    run: async (world) => {
      for (const handler of ["cancelAnother", "cancelByReference"]) {
        const topic = world.unique();
        const { id, result } = await start(world, "compensates", topic);
        await world.service("Caller")[handler](id);
        assert.equal((await result).code, 409);
        await world.endpoint.noted(`${topic}/undone`);
      }
    },
  },
  {
    name: "what waits for its key or its time is cancelled at once",
    run: async (world) => {
      const [key, topic] = [world.unique(), world.unique()];
      const holder = await world.objectSend("Locked", key).forever(topic);
      await world.endpoint.noted(topic);
      const waiting = await world
        .objectSend("Locked", key)
        .value(rpc.sendOpts({ idempotencyKey: world.unique() }));
      const scheduled = await world
        .serviceSend("Echo")
        .noted({ topic: `${topic}/never` }, rpc.sendOpts({ delay: 60_000, idempotencyKey: world.unique() }));
      for (const { invocationId } of [waiting, scheduled]) {
        const attached = world.fetch(`/restate/invocation/${invocationId}/attach`);
        const output = await world.fetch(`/restate/invocation/${invocationId}/output`);
        assert.equal(output.status, 470);
        const { status } = await world.admin("cancel", invocationId);
        assert.equal(status, 200);
        const { status: code, text } = await attached;
        assert.deepEqual([code, JSON.parse(text).message], [409, "canceled"]);
      }
      await world.admin("kill", holder.invocationId);
    },
  },
  {
    name: "a killed invocation ends at once, lets go of its key, and keeps its changes",
    run: async (world) => {
      const [key, topic] = [world.unique(), world.unique()];
      const result = failureOf(world.object("Locked", key).forever(topic));
      const [id] = await world.endpoint.noted(topic);
      const waiting = world.object("Locked", key).value();
      const { status, text } = await world.admin("kill", id);
      assert.deepEqual([status, text], [200, ""]);
      assert.deepEqual(await result, { ...CANCELLED, message: "killed", source: "invocation" });
      assert.equal(await waiting, "set before it was ended");
    },
  },
  {
    name: "killing reaches callees and one-way calls",
    run: async (world) => {
      for (const handler of ["callsOne", "sendsOne"]) {
        const topic = world.unique();
        const { id, result } = await start(world, handler, topic);
        const [callee] = await world.endpoint.noted(`${topic}/callee`);
        await world.admin("kill", id);
        assert.equal((await result).message, "killed");
        await eventually(
          "the callee to be killed",
          SOON_MS,
          async () => (await world.admin("kill", callee)).status !== 200,
        );
        assert.equal(world.endpoint.notes(`${topic}/callee/undone`).length, 0, handler);
      }
    },
  },
  {
    name: "an invocation between two attempts is cancelled, or killed",
    run: async (world) => {
      for (const [action, message] of [
        ["cancel", /^cancell?ed$/i],
        ["kill", /^killed$/],
      ]) {
        const topic = world.unique();
        const result = failureOf(world.service("Cancelled").failsUntilCancelled(topic));
        const [id] = await world.endpoint.noted(topic, 2);
        await world.admin(action, id);
        const failure = await result;
        assert.equal(failure.code, 409);
        assert.match(failure.message, message);
      }
    },
  },
  {
    name: "who is unknown cannot be ended",
    run: async (world) => {
      const never = { target: "idempotentInvocation", handler: "noted", idempotencyKey: world.unique() };
      const lookup = await world.post("/restate/lookup", { ...never, service: world.name("Echo") });
      const { invocationId: unknown } = JSON.parse(lookup.text);
      for (const action of ["cancel", "kill", "purge"])
        assert.equal((await world.admin(action, unknown)).status, 404, action);
      assert.equal((await world.admin("cancel", "nonsense")).status, 400);
    },
  },
  {
    name: "a completed invocation can be purged, and is forgotten",
    run: async (world) => {
      const [topic, idempotencyKey] = [world.unique(), world.unique()];
      const call = () =>
        world.post(`/${world.name("Echo")}/noted`, { topic }, { "idempotency-key": idempotencyKey });
      const first = await call();
      assert.equal(first.text, "1");
      assert.equal((await world.admin("purge", first.headers.get("x-restate-id"))).status, 200);
      await eventually("the result to be forgotten", SOON_MS, async () => (await call()).text === "2");
    },
  },
];
