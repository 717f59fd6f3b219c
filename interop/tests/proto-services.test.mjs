/** Protobuf services made with Pawl's SDK, on both servers: over the ingress of each, with binary bodies. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http2";
import { after, before, describe, it } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { eventually } from "../harness/processes.mjs";
import { startServer } from "../harness/servers.mjs";
import { DELAY_MS, FLAVOURS, generated, NOBODY } from "../services/proto.mjs";

const WITHIN_MS = 60_000;
const PROTO = "application/proto";
const { AddRequestSchema, CountResponseSchema, RequestSchema, ResetRequestSchema, ResponseSchema } =
  generated;

for (const kind of ["official", "pawl"]) {
  describe(`proto services on the ${kind} server`, () => {
    let server;
    before(async () => {
      server = await startServer(kind);
    });
    after(async () => {
      await server?.stop();
    });
    for (const flavour of Object.keys(FLAVOURS)) checkFlavour(kind, flavour, () => server);
  });
}

function checkFlavour(kind, flavour, serverOf) {
  describe(flavour, () => {
    const endpoints = [];
    const sessions = new Set();
    /** Names that were greeted, in order. */
    const greeted = [];
    const unique = () => randomUUID();

    before(async () => {
      const endpoint = createServer(FLAVOURS[flavour]((name) => greeted.push(name)));
      endpoint.on("session", (session) => sessions.add(session));
      endpoint.listen(0, "127.0.0.1");
      await once(endpoint, "listening");
      endpoints.push(endpoint);
      await serverOf().register(`http://127.0.0.1:${endpoint.address().port}`, { force: true });
      // The official server's ingress hears of a registration a moment later.
      await eventually("the new revision to answer", WITHIN_MS, async () => {
        const name = unique();
        await call("Greeter/Greet", RequestSchema, { name }, ResponseSchema);
        return greeted.includes(name);
      });
    });
    after(() => {
      for (const endpoint of endpoints) endpoint.close();
      for (const session of sessions) session.destroy();
    });

    async function post(path, body, headers = {}) {
      const response = await fetch(`${serverOf().ingressUrl}/${path}`, {
        method: "POST",
        headers: { "content-type": PROTO, ...headers },
        body,
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, type: response.headers.get("content-type"), bytes };
    }

    /** @returns the decoded response */
    async function call(path, input, fields, output) {
      const { status, type, bytes } = await post(
        `test.services.${path}`,
        toBinary(input, create(input, fields)),
      );
      assert.deepEqual([status, type], [200, PROTO], Buffer.from(bytes).toString());
      return fromBinary(output, bytes);
    }

    const add = (key, fields) => call(`Counter/${key}/Add`, AddRequestSchema, fields, CountResponseSchema);
    const shout = async (name) =>
      (await call("Greeter/Shout", RequestSchema, { name }, ResponseSchema)).greeting;
    const check = (name, run) => it(name, { timeout: WITHIN_MS }, run);

    check("is called without a key", async () => {
      const { status, type, bytes } = await post(
        "test.services.Greeter/Greet",
        Buffer.from("0a0450657465", "hex"),
      );
      assert.deepEqual([status, type], [200, PROTO]);
      assert.equal(Buffer.from(bytes).toString("hex"), `0a0a${Buffer.from("Hello Pete").toString("hex")}`);
    });

    check("takes and returns messages without fields", async () => {
      const { status, bytes } = await post("test.services.Greeter/Ignore", new Uint8Array());
      assert.deepEqual([status, bytes.length], [200, 0]);
    });

    check("is called with a key, has state for it, and clears it", async () => {
      const counter = `${unique()} with a blank`;
      const key = encodeURIComponent(counter);
      assert.equal((await add(key, { counter, amount: 2 })).count, 2n);
      const { count, note } = await add(key, { counter, amount: 3 });
      assert.deepEqual([count, note], [5n, counter]);
      await post(
        `test.services.Counter/${key}/Reset`,
        toBinary(ResetRequestSchema, create(ResetRequestSchema, { counter })),
      );
      assert.equal((await add(key, { counter, amount: 1 })).count, 1n);
    });

    check("refuses a request for another key than the path's", async () => {
      const request = create(AddRequestSchema, { counter: unique(), amount: 1 });
      const { status, bytes } = await post(
        `test.services.Counter/${unique()}/Add`,
        toBinary(AddRequestSchema, request),
      );
      assert.equal(status, 400);
      assert.match(Buffer.from(bytes).toString(), /key/);
    });

    check("is a singleton, which has one state", async () => {
      const append = () => call("Ledger/singleton/Append", RequestSchema, { name: "" }, CountResponseSchema);
      const { count } = await append();
      assert.equal((await append()).count, count + 1n);
      assert.equal(await shout("append:"), String(count + 2n));
    });

    check("makes one execution of one idempotency key", async () => {
      const name = unique();
      const body = toBinary(RequestSchema, create(RequestSchema, { name }));
      for (let i = 0; i < 2; i++) {
        const { status } = await post("test.services.Greeter/Greet", body, { "idempotency-key": name });
        assert.equal(status, 200);
      }
      assert.equal(greeted.filter((greeted) => greeted === name).length, 1);
    });

    check("calls another service and waits", async () => {
      assert.equal(await shout("wait:Pete"), "HELLO PETE");
    });

    check("calls a keyed service and a singleton", async () => {
      assert.equal(await shout(`count:${unique()}`), "5");
      assert.match(await shout("append:"), /^\d+$/);
    });

    check("calls one way, and later", async () => {
      const [soon, later] = [unique(), unique()];
      const sent = Date.now();
      assert.deepEqual([await shout(`delayed:${later}`), await shout(`oneWay:${soon}`)], ["sent", "sent"]);
      await eventually("the one-way call", WITHIN_MS, () => greeted.includes(soon));
      await eventually("the delayed call", WITHIN_MS, () => greeted.includes(later));
      assert.ok(Date.now() - sent >= DELAY_MS);
      assert.equal(greeted.filter((name) => name === later).length, 1);
    });

    check("records what a side effect returned", async () => {
      assert.equal(await shout("step:done"), "done once");
    });

    check("fails for good with its code and its words", async () => {
      const { status, bytes } = await post(
        "test.services.Greeter/Greet",
        toBinary(RequestSchema, create(RequestSchema, { name: NOBODY })),
      );
      assert.equal(status, 404);
      assert.match(Buffer.from(bytes).toString(), /no such name/);
    });

    check("sees a callee's error with the code of gRPC", async () => {
      assert.equal(await shout("catch:"), "5 no such name");
    });

    check("calls a router", async () => {
      assert.equal(await shout("route:Bob"), "Hi Bob");
    });

    check("serves a keyed router, which is called by today's path", async () => {
      const { status, bytes } = await post("keyedRoutes/K/show", '{"a":1}', {
        "content-type": "application/json",
      });
      assert.equal(status, 200);
      assert.equal(Buffer.from(bytes).toString(), '{"key":"K","request":{"a":1}}');
    });

    check("takes JSON where the server knows the descriptors", async () => {
      const { status, bytes } = await post("test.services.Greeter/Greet", '{"name":"Pete"}', {
        "content-type": "application/json",
      });
      if (kind === "pawl") assert.equal(Buffer.from(bytes).toString(), '{"greeting":"Hello Pete"}');
      else assert.ok(status >= 400 && status < 500, String(status));
    });
  });
}
