/** Calls, their inputs and outputs, and their failures. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { rpc, serde } from "@restatedev/restate-sdk-clients";
import { failureOf } from "../harness/world.mjs";

const LONGER_THAN_A_RETRY_MS = 300;
const MEBIBYTE = 1024 * 1024;

export const basics = [
  {
    name: "a call answers with what the handler returns",
    run: async (world) => {
      for (const value of [{ a: [1, "zwei", null] }, "ünïcödé 🐾", 0, false, []])
        assert.deepEqual(await world.service("Echo").echo(value), value);
    },
  },
  {
    name: "a call speaks the protocol version and the transport that it should",
    run: async (world) => {
      const { protocol, spoken = protocol, transport } = world.variant;
      await world.service("Echo").echo(1);
      const [attempt] = await world.endpoint.noted(`/invoke/${world.name("Echo")}/echo`);
      assert.equal(attempt.contentType, `application/vnd.restate.invocation.v${spoken}`);
      assert.equal(attempt.httpVersion, transport === "http1" ? "1.1" : "2.0");
    },
  },
  {
    name: "large values go through",
    run: async (world) => {
      const value = "x".repeat(3 * MEBIBYTE);
      assert.equal((await world.service("Echo").echo(value)).length, value.length);
    },
  },
  {
    name: "bytes go through as they are",
    run: async (world) => {
      const options = rpc.opts({ input: serde.binary, output: serde.binary });
      const answer = await world.service("Echo").bytes(Uint8Array.of(0, 128, 255), options);
      assert.deepEqual(Array.from(answer), [255, 128, 0]);
      const path = `/${world.name("Echo")}/bytes`;
      const raw = await world.fetch(path, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: "abc",
      });
      assert.deepEqual(
        [raw.status, raw.headers.get("content-type"), raw.text],
        [200, "application/octet-stream", "cba"],
      );
    },
  },
  {
    name: "an output of nothing is an empty body",
    run: async (world) => {
      assert.equal(await world.service("Echo").nothing(), undefined);
      const empty = await world.post(`/${world.name("Echo")}/nothing`);
      assert.deepEqual([empty.status, empty.headers.get("content-type"), empty.text], [200, null, ""]);
      const typed = await world.post(`/${world.name("Echo")}/emptyJson`);
      assert.deepEqual(
        [typed.status, typed.headers.get("content-type"), typed.text],
        [200, "application/json", ""],
      );
    },
  },
  {
    name: "GET calls a handler that needs no input",
    run: async (world) => {
      const { status, text, headers } = await world.fetch(`/${world.name("Echo")}/idempotencyKey`, {
        headers: { "idempotency-key": world.unique() },
      });
      assert.equal(status, 200, text);
      assert.match(headers.get("x-restate-id"), /^inv_1[0-9a-zA-Z]{33}$/);
    },
  },
  {
    name: "the handler sees the request",
    run: async (world) => {
      const path = `/${world.name("Echo")}/request`;
      const { text, headers } = await world.post(path, "body", { "X-Own": "mine" });
      const request = JSON.parse(text);
      assert.equal(request.id, headers.get("x-restate-id"));
      assert.deepEqual(request.target, [
        world.name("Echo"),
        "request",
        null,
        `${world.name("Echo")}/request`,
      ]);
      assert.equal(request.body, '"body"');
      assert.equal(request.headers["x-own"], "mine");
      assert.equal(request.headers["x-restate-ingress-path"], path);
      assert.equal(request.headers["content-type"], "application/json");
      assert.equal(request.headers.host, undefined);
    },
  },
  {
    name: "an attempt tells what it is",
    run: async (world) => {
      const key = world.unique();
      const { text, headers } = await world.post(`/${world.name("Echo")}/attempt`);
      const attempt = JSON.parse(text);
      assert.equal(attempt["x-restate-invocation-id"], headers.get("x-restate-id"));
      assert.equal(attempt["x-restate-cluster-name"], "localcluster");
      assert.equal(attempt["x-restate-service-key"], undefined);
      await world.object("Counter", key).add(1);
    },
  },
  {
    name: "the handler sees its idempotency key",
    // The official server does not tell it.
    needs: ({ protocol, server }) => protocol >= 7 && server === "pawl",
    run: async (world) => {
      const idempotencyKey = world.unique();
      assert.equal(await world.service("Echo").idempotencyKey(rpc.opts({ idempotencyKey })), idempotencyKey);
    },
  },
  {
    name: "requests that cannot be served are refused",
    run: async (world) => {
      const echo = world.name("Echo");
      const refusals = [
        [`/${echo}/missing`, 404],
        [`/Missing${world.unique()}/echo`, 404],
        [`/${echo}/private`, 400],
        [`/${echo}/echo?delay=1s`, 400],
        [`/${echo}/echo/send?delay=soon`, 400],
        [`/${echo}/`, 400],
        ["/restate/awakeables/prom_1nonsense/resolve", 400],
        ["/restate/nonsense", 404],
      ];
      for (const [path, expected] of refusals) {
        const { status, headers, text } = await world.post(path, 1);
        assert.equal(status, expected, `${path}: ${status} ${text}`);
        const { code, message, source } = JSON.parse(text);
        assert.deepEqual([code, source, typeof message], [expected, "ingress", "string"], path);
        assert.equal(headers.get("x-restate-error-source"), "ingress");
      }
    },
  },
  {
    name: "an input of the wrong type is refused",
    run: async (world) => {
      const send = async (type) =>
        await world.fetch(`/${world.name("Echo")}/anyType`, {
          method: "POST",
          headers: { "content-type": type },
          body: "text",
        });
      const [right, wrong] = [await send("text/markdown; charset=utf-8"), await send("application/json")];
      assert.deepEqual([right.status, right.text], [200, '"text"']);
      assert.equal(wrong.status, 400);
      assert.match(
        JSON.parse(wrong.text).message,
        /content-type 'application\/json' does not match 'text\/\*'/i,
      );
    },
  },
  {
    name: "health tells the services",
    run: async (world) => {
      const { services } = JSON.parse((await world.fetch("/restate/health")).text);
      assert.ok(services.includes(world.name("Echo")));
    },
  },
  {
    name: "a browser may call from anywhere",
    run: async (world) => {
      const { status, headers } = await world.fetch(`/${world.name("Echo")}/echo`, {
        method: "OPTIONS",
        headers: {
          origin: "https://example.org",
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type",
        },
      });
      assert.equal(status, 200);
      assert.equal(headers.get("access-control-allow-origin"), "https://example.org");
      assert.equal(headers.get("access-control-allow-credentials"), "true");
      assert.match(headers.get("access-control-allow-headers"), /content-type/);
      assert.match(headers.get("access-control-allow-methods"), /POST/);
    },
  },
  {
    name: "a terminal failure reaches the caller with its code",
    run: async (world) => {
      const failing = world.service("Failing");
      const failure = await failureOf(failing.terminal({ message: "no way", errorCode: 418 }));
      assert.deepEqual(failure, { status: 418, code: 418, message: "no way", source: "invocation" });
      assert.deepEqual(await failureOf(failing.plainTerminal()), {
        status: 500,
        code: 500,
        message: "no code of its own",
        source: "invocation",
      });
      const raw = await world.post(`/${world.name("Failing")}/plainTerminal`);
      assert.equal(raw.headers.get("x-restate-error-source"), "invocation");
      assert.match(raw.headers.get("x-restate-id"), /^inv_1/);
    },
  },
  {
    name: "a terminal failure carries metadata",
    needs: ({ protocol }) => protocol >= 6,
    run: async (world) => {
      const metadata = { reason: "too late", ünï: "cödé" };
      const failure = await failureOf(
        world.service("Failing").terminal({ message: "no", errorCode: 400, metadata }),
      );
      assert.deepEqual(failure.metadata, metadata);
    },
  },
  {
    name: "an error of the user's is made terminal by asTerminalError",
    run: async (world) => {
      const failure = await failureOf(world.service("Failing").own());
      assert.deepEqual([failure.code, failure.message], [432, "own: mapped"]);
    },
  },
  {
    name: "any other error is retried",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Failing").flaky({ topic, failures: 3 }), 4);
      assert.equal(world.endpoint.notes(topic).length, 4);
      assert.equal(await world.service("Failing").notAnError(world.unique()), "done");
    },
  },
  {
    name: "an error says when to try again",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Failing").retryAfter({ topic, retryAfterMs: 700 }), 2);
      const [first, second] = world.endpoint.notes(topic);
      assert.ok(second - first >= 690, `${second - first} ms`);
    },
  },
  {
    name: "a handler that is stuck is given up, and tried again",
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const result = world.service("Failing").stuck({ topic, gate });
      await world.endpoint.noted(topic, 2);
      world.endpoint.open(gate);
      assert.equal(await result, "passed");
    },
  },
  {
    name: "after its last attempt an invocation may pause, until it is resumed",
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const result = world.service("Failing").pausing({ topic, gate });
      const [id] = await world.endpoint.noted(topic, 2);
      await setTimeout(LONGER_THAN_A_RETRY_MS);
      assert.equal(world.endpoint.notes(topic).length, 2);
      world.endpoint.open(gate);
      assert.equal(await world.resumed(id, result), "passed");
    },
  },
  {
    name: "a run may pause its invocation, until it is resumed",
    needs: ({ protocol }) => protocol >= 7,
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const result = world.service("Failing").pausesItself({ topic, gate });
      const [id] = await world.endpoint.noted(topic);
      await setTimeout(LONGER_THAN_A_RETRY_MS);
      assert.equal(world.endpoint.notes(topic).length, 1);
      world.endpoint.open(gate);
      assert.equal(await world.resumed(id, result), "passed");
    },
  },
  {
    name: "after the last attempt the caller gets the failure",
    run: async (world) => {
      const topic = world.unique();
      const failure = await failureOf(world.service("Failing").givenUp(topic));
      assert.equal(world.endpoint.notes(topic).length, 3);
      assert.deepEqual([failure.code, failure.source], [500, "invocation"]);
      assert.match(failure.message, /attempt 3/);
    },
  },
  {
    name: "the code of an error that is not terminal is its handler's own business",
    run: async (world) => {
      const codes = [];
      for (const isInRun of [false, true])
        for (const isRetryable of [false, true]) {
          const failing = world.service("Failing").onceWithCode({ isInRun, isRetryable, errorCode: 469 });
          const { code, message } = await failureOf(failing);
          assert.match(message, /with a code/);
          codes.push(code);
        }
      assert.deepEqual(codes, [500, 500, 500, 500]);
    },
  },
];
