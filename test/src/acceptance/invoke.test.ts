import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Job } from "../generated/ts-proto/acceptance/services.js";
import { Reflection } from "../reflection.js";
import { EXAMPLE, SERVICES, World } from "./world.js";

let world: World;
before(async () => {
  world = await World.start({}, EXAMPLE, SERVICES);
});
after(() => world?.stop());

for (const field of ["argument", "payload"]) {
  test(`A15 Ingress/Invoke with ${field} answers at once, and the target runs once`, async () => {
    const name = world.name();
    const { status, text } = await world.call("dev.restate.Ingress/Invoke", {
      service: "acceptance.Worker",
      method: "Step",
      [field]: { name, text: "done" },
    });
    assert.equal(status, 200);
    const { id } = JSON.parse(text) as { id: string };
    await world.noted(name);
    world.open(name);
    assert.match((await world.outcome(id)).text, /done/);
    assert.deepEqual(
      world.notes(name).map(({ value }) => value),
      ["began", "ended"],
    );
  });
}

test("A15 Ingress/Invoke with pb over gRPC answers at once, and the target runs once", async () => {
  const name = world.name();
  const { id } = (await new Reflection(world.server.ingress, "v1").call("dev.restate.Ingress", "Invoke", {
    service: "acceptance.Worker",
    method: "Step",
    pb: Job.encode(Job.create({ name, text: "done" })).finish(),
  })) as { id: string };
  await world.noted(name);
  world.open(name);
  assert.match((await world.outcome(id)).text, /done/);
  assert.equal(world.notes(name).length, 2);
});

test("A16 Ingress/Invoke of a private service is refused: it cannot be invoked by requests", async () => {
  const path = "/services/acceptance.Worker";
  await world.admin("PATCH", path, { public: false });
  const { status, text } = await world.call("dev.restate.Ingress/Invoke", {
    service: "acceptance.Worker",
    method: "Echo",
    argument: {},
  });
  await world.admin("PATCH", path, { public: true });
  assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [403, "permission_denied"]);
});

test("A17 private service: refused with permission_denied, hidden, and reached by other services", async () => {
  const reflection = new Reflection(world.server.ingress, "v1alpha");
  assert.equal((await world.admin("PATCH", "/services/org.example.Greeter", { public: false })).status, 200);
  const { status, text } = await world.call("org.example.Greeter/Greet", { name: "Pete" });
  assert.equal(status, 403);
  assert.deepEqual(JSON.parse(text), {
    code: "permission_denied",
    message: "Service org.example.Greeter is not accessible",
  });
  const through = await world.call("org.example.Tour/RequestResponse", { name: "Pete" });
  assert.equal(through.text, '{"greeting":"Hello Pete"}');
  assert.ok(!(await reflection.list()).includes("org.example.Greeter"));
});

test("A18 a service that is public again is called as before", async () => {
  await world.admin("PATCH", "/services/org.example.Greeter", { public: true });
  const { status, text } = await world.call("org.example.Greeter/Greet", { name: "Pete" });
  assert.deepEqual([status, text], [200, '{"greeting":"Hello Pete"}']);
});
