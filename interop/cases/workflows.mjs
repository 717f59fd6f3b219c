/** Workflows: once per key, with promises. */
import assert from "node:assert/strict";
import { failureOf } from "../harness/world.mjs";

export const workflows = [
  {
    name: "a workflow runs once per key and waits for its promise",
    run: async (world) => {
      const [key, topic] = [world.unique(), world.unique()];
      const flow = world.workflow("Flow", key);
      const submission = await flow.workflowSubmit({ topic, result: 1 });
      assert.equal(submission.status, "Accepted");
      await world.endpoint.noted(topic);
      const again = await flow.workflowSubmit({ topic, result: 2 });
      assert.deepEqual([again.status, again.invocationId], ["PreviouslyAccepted", submission.invocationId]);
      const refused = await world.post(`/${world.name("Flow")}/${key}/run`, { topic, result: 3 });
      assert.equal(refused.status, 409);
      assert.deepEqual(JSON.parse(refused.text), {
        code: 409,
        message: "the workflow method was already invoked",
        source: "invocation",
      });
      assert.equal((await flow.workflowOutput()).ready, false);
      assert.equal(await flow.peek(), "nothing yet");
      assert.equal(await flow.stage(), "started");
      const attached = flow.workflowAttach();
      const waiting = flow.wait();
      await flow.click("yes");
      const expected = { key, clicked: "yes", result: 1 };
      assert.deepEqual(await attached, expected);
      assert.deepEqual(await waiting, "yes");
      assert.deepEqual(await flow.workflowOutput(), { ready: true, result: expected });
      assert.deepEqual(await world.ingress.result(submission), expected);
      assert.equal(await flow.peek(), "yes");
      assert.equal(await flow.wait(), "yes");
      assert.equal(await flow.stage(), "clicked");
    },
  },
  {
    name: "a promise is completed once",
    run: async (world) => {
      const flow = world.workflow("Flow", world.unique());
      await flow.workflowSubmit({ topic: world.unique() });
      await flow.click("first");
      const failure = await failureOf(flow.click("second"));
      assert.equal(failure.code, 409);
      assert.match(failure.message, /promise.*already completed/i);
      assert.equal((await flow.workflowAttach()).clicked, "first");
    },
  },
  {
    name: "a promise has a serde, and can be waited for with others",
    run: async (world) => {
      const flow = world.workflow("Flow", world.unique());
      assert.deepEqual(await flow.bytes([1, 2]), [
        [1, 2],
        [1, 2],
        [1, 2],
      ]);
      assert.equal(await flow.raced("won"), "won");
    },
  },
  {
    name: "a promise may be completed before the workflow starts",
    run: async (world) => {
      const flow = world.workflow("Flow", world.unique());
      await flow.click("early");
      assert.equal((await flow.run({ topic: world.unique() })).clicked, "early");
    },
  },
  {
    name: "a rejected promise fails who waits for it",
    run: async (world) => {
      const flow = world.workflow("Flow", world.unique());
      const run = failureOf(flow.run({ topic: world.unique() }));
      const waiting = failureOf(flow.wait());
      await flow.refuse("not you");
      for (const failure of [await run, await waiting, await failureOf(flow.peek())]) {
        assert.equal(failure.code, 500);
        assert.equal(failure.message, "not you");
      }
    },
  },
  {
    name: "a shared handler waits for a promise for some time only",
    run: async (world) => {
      const failure = await failureOf(world.workflow("Flow", world.unique()).waitOrTimeout(50));
      assert.equal(failure.code, 408);
    },
  },
  {
    name: "a failed workflow fails who attaches",
    run: async (world) => {
      const flow = world.workflow("FailingFlow", world.unique());
      const submission = await flow.workflowSubmit();
      const expected = { status: 422, code: 422, message: "the workflow failed", source: "invocation" };
      assert.deepEqual(await failureOf(flow.workflowAttach()), expected);
      assert.deepEqual(await failureOf(flow.workflowOutput()), expected);
      assert.deepEqual(await failureOf(world.ingress.result(submission)), expected);
    },
  },
  {
    name: "a workflow nobody started is not found",
    run: async (world) => {
      const path = `/restate/workflow/${world.name("Flow")}/${world.unique()}`;
      assert.equal((await world.fetch(`${path}/output`)).status, 404);
      assert.equal((await world.fetch(`${path}/attach`)).status, 404);
    },
  },
  {
    name: "an idempotency key on a workflow is refused",
    run: async (world) => {
      const path = `/${world.name("Flow")}/${world.unique()}/run`;
      const { status, text } = await world.post(path, { topic: world.unique() }, { "idempotency-key": "a" });
      assert.equal(status, 400, text);
    },
  },
];
