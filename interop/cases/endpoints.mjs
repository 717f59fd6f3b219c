/** What an endpoint is told for all of its services: a codec for the values of the journal, and default options. */
import assert from "node:assert/strict";
import { withEachClient } from "../harness/clients.mjs";
import { codec } from "../harness/codec.mjs";
import { failureOf } from "../harness/world.mjs";

const decoded = async (text) => Buffer.from(await codec.decode(text)).toString();

export const endpoints = [
  {
    name: "what goes over the wire is encoded, but for failures",
    run: async (world) => {
      const response = await fetch(`${world.server.ingressUrl}/${world.name("Echo")}/echo`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: codec.encode(Buffer.from('{"a":1}')),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      assert.equal(response.headers.get("content-type"), "application/json");
      // The space is that of the endpoint's own serde.
      assert.equal(await decoded(body), ' {"a":1}');
      const failure = await failureOf(
        world.service("Failing").terminal({ message: "plain", errorCode: 472 }),
      );
      assert.deepEqual([failure.code, failure.message], [472, "plain"]);
    },
  },
  ...withEachClient("a caller from outside has the same codec", async (world, client) => {
    const ingress = client.connect({ url: world.server.ingressUrl, journalValueCodec: codec });
    const echo = ingress.serviceClient(world.definition("Echo"));
    assert.deepEqual(await echo.echo({ a: [1] }), { a: [1] });
    const { serde, rpc } = client;
    const bytes = rpc.opts({ input: serde.binary, output: serde.binary });
    assert.deepEqual(Array.from(await echo.bytes(Uint8Array.of(1, 2), bytes)), [2, 1]);
    assert.equal(await echo.nothing(), undefined);
    const options = rpc.sendOpts({ idempotencyKey: world.unique() });
    const send = await ingress.serviceSendClient(world.definition("Echo")).echo("sent", options);
    assert.equal(await ingress.result(send), "sent");
    const topic = world.unique();
    const result = ingress.serviceClient(world.definition("Awake")).wait(topic);
    const [id] = await world.endpoint.noted(topic);
    await ingress.resolveAwakeable(id, { woken: true });
    assert.deepEqual(await result, { woken: true });
    const flow = ingress.workflowClient(world.definition("QuickFlow"), world.unique());
    await flow.workflowSubmit("flown");
    assert.equal(await flow.workflowAttach(), "flown");
    assert.deepEqual((await flow.workflowOutput()).result, "flown");
    const without = client.connect({ url: world.server.ingressUrl });
    await assert.rejects(without.resolveAwakeable("prom_1nonsense", 1));
  }),
  {
    name: "who does not sign is not answered",
    // What asks here speaks HTTP/1.1 only.
    needs: ({ transport }) => transport === "http1",
    run: async (world) => {
      const accept = "application/vnd.restate.endpointmanifest.v3+json";
      for (const path of ["/discover", `/invoke/${world.name("Echo")}/echo`]) {
        const { status } = await fetch(`${world.endpointUri}${path}`, { headers: { accept } });
        assert.equal(status, 401, path);
      }
    },
  },
  {
    name: "its options are those of services that say nothing else",
    run: async (world) => {
      const echo = await world.adminGet(`/services/${world.name("Echo")}`);
      const configured = await world.adminGet(`/services/${world.name("Configured")}`);
      assert.deepEqual([echo.journal_retention, configured.journal_retention], ["7h", "1m 30s"]);
      const failing = world.service("Failing");
      // This service has a rule of its own, which replaces that of the endpoint.
      assert.equal((await failureOf(failing.own())).code, 432);
      const failure = await failureOf(world.service("Mistaken").always());
      assert.deepEqual([failure.code, failure.message], [471, "terminal for all"]);
    },
  },
  {
    name: "its hooks are those of services that have none",
    run: async (world) => {
      const { id } = await world.service("Echo").request();
      assert.deepEqual(await world.endpoint.noted(`endpoint-hook/${id}`), ["request"]);
      const configured = await world.service("Configured").plain();
      assert.equal(world.endpoint.notes(`endpoint-hook/${configured}`).length, 0);
    },
  },
];
