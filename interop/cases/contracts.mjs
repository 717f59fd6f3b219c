/** Interfaces declared apart from their handlers, and called from handlers and from outside. */
import assert from "node:assert/strict";
import { withEachClient } from "../harness/clients.mjs";
import { failureOf } from "../harness/world.mjs";
import { makeContracts } from "../services/contracts.mjs";

const interfacesOf = (world, client) => makeContracts(client, world.name(""));

const greetingTo = (...names) => ({ greeting: "Hello", to: names });

export const contracts = [
  {
    name: "handlers call by interface: services, objects, workflows, one-way",
    run: async (world) => {
      const key = world.unique();
      assert.deepEqual(await world.service("ContractCaller").all(key), {
        greet: greetingTo("Ada", "Ada"),
        byDefault: greetingTo("Bob"),
        shout: "HEY",
        reversed: [3, 2, 1],
        nothing: "nothing",
        whoCalls: "contracts",
        added: 11,
        total: { key, total: 11 },
        typedTotal: 11,
        totalBytes: [11],
        approved: "7: yes",
      });
    },
  },
  {
    name: "an implementation is an interface, too",
    run: async (world) =>
      assert.deepEqual(await world.service("ContractCaller").byImplementation(world.unique()), [
        greetingTo("Eve"),
        [2, 1],
        1,
        2,
      ]),
  },
  {
    name: "an input that does not fit its schema is a failure of the caller's",
    run: async (world) => {
      assert.equal(await world.service("ContractCaller").invalid(), 400);
      const { status, text } = await world.post(`/${world.name("ContractGreeter")}/greet`, { name: "" });
      assert.equal(status, 400, text);
      assert.match(JSON.parse(text).message, /\(at \/name\)/);
    },
  },
  ...withEachClient("callers from outside call by interface", async (world, client) => {
    const { greeter, tally, approval } = interfacesOf(world, client);
    const ingress = client.connect({ url: world.server.ingressUrl });
    const key = world.unique();
    assert.deepEqual(
      await ingress.client(greeter).greet({ name: "Ada", times: 2 }),
      greetingTo("Ada", "Ada"),
    );
    assert.deepEqual(await ingress.client(greeter).asSchema({ name: "Bob" }), greetingTo("Bob"));
    assert.deepEqual(Array.from(await ingress.client(greeter).reversed(Uint8Array.of(1, 2))), [2, 1]);
    assert.equal(await ingress.client(greeter).nothing(), undefined);
    const headers = client.rpc.opts({ headers: { "x-caller": "outside" } });
    assert.equal(await ingress.client(greeter).whoCalls(headers), "outside");
    assert.equal(await ingress.client(tally, key).add(3), 3);
    assert.equal(await ingress.objectClient(tally, key).add(3), 6);
    assert.deepEqual(Array.from(await ingress.client(tally, key).totalBytes()), [6]);
    const options = client.rpc.sendOpts({ idempotencyKey: world.unique() });
    const sent = await ingress.sendClient(tally, key).add(4, options);
    assert.equal(sent.status, "Accepted");
    assert.equal(await ingress.result(sent), 10);
    const workflow = ingress.workflowClient(approval, key);
    const submission = await workflow.workflowSubmit({ amount: 8 });
    await ingress.client(approval, key).decide("no");
    assert.equal(await workflow.workflowAttach(), "8: no");
    assert.equal(await ingress.result(submission), "8: no");
  }),
  ...withEachClient(
    "callers from outside see when an answer does not fit its schema, and what is private",
    async (world, client) => {
      const { greeter } = interfacesOf(world, client);
      const ingress = client.connect({ url: world.server.ingressUrl });
      await assert.rejects(ingress.client(greeter).unfaithful("text"), /number/);
      assert.equal((await failureOf(ingress.client(greeter).shout("only from inside"))).code, 400);
    },
  ),
  {
    name: "what an interface says of itself is known to the server",
    run: async (world) => {
      const service = await world.adminGet(`/services/${world.name("ContractGreeter")}`);
      assert.equal(service.documentation, "Greets people");
      assert.equal(service.metadata.team, "implementers");
      const handlers = Object.fromEntries(service.handlers.map((handler) => [handler.name, handler]));
      const { greet, shout, nothing } = handlers;
      assert.deepEqual(
        [greet.documentation, greet.metadata],
        ["Greets as often as asked", { owner: "greetings" }],
      );
      assert.deepEqual([shout.documentation, shout.metadata], ["Only from inside", { volume: "11" }]);
      assert.deepEqual([shout.public, greet.public], [false, true]);
      const approval = await world.adminGet(`/services/${world.name("ContractApproval")}`);
      assert.deepEqual([approval.ty, approval.workflow_completion_retention], ["Workflow", "5h"]);
      const tally = await world.adminGet(`/services/${world.name("ContractTally")}`);
      assert.equal(tally.enable_lazy_state, true);
      const total = tally.handlers.find((handler) => handler.name === "total");
      assert.deepEqual([total.ty, total.enable_lazy_state], ["Shared", false]);
      assert.equal(nothing.idempotency_retention, "3h");
      assert.equal(nothing.documentation, "Takes nothing, gives nothing");
      assert.ok(greet.input_json_schema.required.includes("name"));
      assert.deepEqual(Object.keys(greet.output_json_schema.properties), ["greeting", "to"]);
    },
  },
];
