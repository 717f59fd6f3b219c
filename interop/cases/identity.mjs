/** One-way calls, idempotency keys, and getting at results later. */
import assert from "node:assert/strict";
import { rpc } from "@restatedev/restate-sdk-clients";
import { failureOf } from "../harness/world.mjs";

export const identity = [
  {
    name: "a one-way call is accepted at once, and its result can be had later",
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const send = await world
        .serviceSend("Echo")
        .noted({ topic, gate }, rpc.sendOpts({ idempotencyKey: topic }));
      assert.equal(send.status, "Accepted");
      await world.endpoint.noted(topic);
      const output = await world.fetch(`/restate/invocation/${send.invocationId}/output`);
      assert.deepEqual([output.status, JSON.parse(output.text).code], [470, 470]);
      world.endpoint.open(gate);
      assert.equal(await world.ingress.result(send), 1);
      const ready = await world.fetch(`/restate/invocation/${send.invocationId}/output`);
      assert.deepEqual([ready.status, ready.text], [200, "1"]);
    },
  },
  {
    name: "a delayed one-way call waits",
    run: async (world) => {
      const topic = world.unique();
      const path = `/${world.name("Echo")}/noted/send?delay=800ms`;
      const before = Date.now();
      const { status, text } = await world.post(path, { topic });
      const { invocationId, executionTime, status: acceptance } = JSON.parse(text);
      assert.deepEqual([status, acceptance], [202, "Accepted"]);
      assert.ok(Math.abs(Date.parse(executionTime) - before - 800) < 700, executionTime);
      assert.match(invocationId, /^inv_1/);
      await world.endpoint.noted(topic);
      assert.ok(Date.now() - before >= 790);
      for (const delay of ["PT0.1S", "100 ms"]) {
        const other = world.unique();
        await world.post(`/${world.name("Echo")}/noted/send?delay=${encodeURIComponent(delay)}`, {
          topic: other,
        });
        await world.endpoint.noted(other);
      }
    },
  },
  {
    name: "calls with the same idempotency key are one invocation",
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const options = rpc.opts({ idempotencyKey: topic });
      const call = () => world.service("Echo").noted({ topic, gate }, options);
      const first = call();
      await world.endpoint.noted(topic);
      const second = call();
      world.endpoint.open(gate);
      assert.deepEqual(await Promise.all([first, second]), [1, 1]);
      const path = `/${world.name("Echo")}/noted`;
      const third = await world.post(path, { topic }, { "idempotency-key": topic });
      assert.deepEqual([third.status, third.text], [200, "1"]);
      assert.ok(Date.parse(third.headers.get("idempotency-expires")) > Date.now());
      const send = JSON.parse(
        (await world.post(`${path}/send`, { topic }, { "idempotency-key": topic })).text,
      );
      assert.equal(send.status, "PreviouslyAccepted");
      assert.equal(send.invocationId, third.headers.get("x-restate-id"));
      for (const action of ["attach", "output"]) {
        const byKey = await world.fetch(`/restate/invocation${path}/${topic}/${action}`);
        assert.deepEqual([byKey.status, byKey.text], [200, "1"]);
      }
      assert.equal(world.endpoint.notes(topic).length, 1);
    },
  },
  {
    name: "a stored failure is answered again",
    run: async (world) => {
      const options = rpc.opts({ idempotencyKey: world.unique() });
      const call = () =>
        failureOf(world.service("Failing").terminal({ message: "once", errorCode: 419 }, options));
      const [first, second] = [await call(), await call()];
      assert.deepEqual(first, second);
      assert.equal(first.code, 419);
    },
  },
  {
    name: "an idempotency key belongs to one key and one handler of an object",
    run: async (world) => {
      const [key, idempotencyKey] = [world.unique(), world.unique()];
      const add = (objectKey) => world.object("Counter", objectKey).add(2, rpc.opts({ idempotencyKey }));
      assert.deepEqual([await add(key), await add(key), await add(`${key}/other`)], [2, 2, 2]);
      const path = `/restate/invocation/${world.name("Counter")}/${key}/add/${idempotencyKey}/output`;
      assert.equal((await world.fetch(path)).text, "2");
    },
  },
  {
    name: "what nobody called is not found",
    run: async (world) => {
      const unknown = `${world.name("Echo")}/noted/${world.unique()}`;
      const output = await world.fetch(`/restate/invocation/${unknown}/output`);
      assert.deepEqual([output.status, JSON.parse(output.text).source], [404, "ingress"], output.text);
      const attach = await world.fetch(`/restate/invocation/${unknown}/attach`);
      assert.deepEqual([attach.status, JSON.parse(attach.text).message], [404, "not found"], attach.text);
      assert.equal((await world.fetch("/restate/invocation/inv_1nonsense/output")).status, 400);
    },
  },
  {
    name: "the newer paths lead to the same",
    run: async (world) => {
      const [idempotencyKey, key, topic] = [world.unique(), world.unique(), world.unique()];
      const echo = world.name("Echo");
      const called = await world.post(
        `/restate/call/${echo}/noted`,
        { topic },
        { "idempotency-key": idempotencyKey },
      );
      assert.deepEqual([called.status, called.text], [200, "1"]);
      const id = called.headers.get("x-restate-id");
      const target = { target: "idempotentInvocation", service: echo, handler: "noted", idempotencyKey };
      const lookup = await world.post("/restate/lookup", target);
      assert.deepEqual(JSON.parse(lookup.text), { invocationId: id });
      for (const action of ["attach", "output"]) {
        assert.equal((await world.fetch(`/restate/${action}/${id}`)).text, "1");
        assert.equal((await world.post(`/restate/${action}`, target)).text, "1");
        assert.equal(
          (await world.post(`/restate/${action}`, { target: "invocation", invocationId: id })).text,
          "1",
        );
      }
      const sent = await world.post(`/restate/send/${world.name("Counter")}/${key}/add`, 4);
      assert.equal(sent.status, 202);
      assert.equal((await world.post(`/restate/call/${world.name("Counter")}/${key}/add`, 4)).text, "8");
    },
  },
];
