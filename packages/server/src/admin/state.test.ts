import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { FakeEndpoint, manifest, service } from "../registry/endpoint.test.kit.js";
import { AdminFixture } from "./admin.test.kit.js";

let endpoints: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  endpoints = [];
});

/** With a virtual object Counter and a service Greeter. */
async function adminWithServices(): Promise<AdminFixture> {
  const admin = new AdminFixture();
  const counter = { ...service("Counter"), ty: "VIRTUAL_OBJECT" as const };
  const body = manifest([
    { ...counter, handlers: counter.handlers.map((handler) => ({ ...handler, ty: "EXCLUSIVE" as const })) },
    service("Greeter"),
  ]);
  const endpoint = await FakeEndpoint.start("h2c", { body });
  endpoints.push(endpoint);
  assert.equal((await admin.request("POST", "/deployments", { uri: endpoint.uri })).status, 201);
  admin.runtime.answers = { mutateRequest: { kind: "done" } };
  return admin;
}

test("the state of a key is replaced, if it is still what it was", async () => {
  const admin = await adminWithServices();
  const answer = await admin.request("POST", "/v4/services/Counter/state", {
    object_key: "k",
    version: "v",
    new_state: { count: [55, 0, 255], empty: [] },
  });
  assert.deepEqual([answer.status, answer.body], [202, ""]);
  const [command] = admin.runtime.commands;
  assert.ok(command?.kind === "mutateRequest");
  assert.deepEqual(command.message, {
    kind: "mutateState",
    id: command.id,
    service: "Counter",
    key: "k",
    mutation: {
      state: [
        { name: "count", value: Uint8Array.of(55, 0, 255) },
        { name: "empty", value: Uint8Array.of() },
      ],
      version: "v",
    },
    inboxSeq: null,
  });
});

test("no version: in any case", async () => {
  const admin = await adminWithServices();
  await admin.request("POST", "/services/Counter/state", { object_key: "k", new_state: {} });
  const [command] = admin.runtime.commands;
  assert.ok(command?.kind === "mutateRequest");
  assert.deepEqual(command.message.mutation, { state: [], version: null });
});

test("what has no state is refused, and so is what is no bytes", async () => {
  const admin = await adminWithServices();
  for (const [path, body, message] of [
    ["Greeter", { object_key: "k", new_state: {} }, /^400 null 'Greeter' is a service/],
    ["Nobody", { object_key: "k", new_state: {} }, /^404 null .*'Nobody'/],
    ["Counter", { new_state: {} }, /^400 null .*'object_key'/],
    ["Counter", { object_key: "k", new_state: { a: [256] } }, /^400 null .*'new_state.a.0'/],
    ["Counter", { object_key: "k", new_state: { a: "text" } }, /^400 null .*'new_state.a'/],
    ["Counter", { object_key: "k", scope: "s", new_state: {} }, /^501 null .*flow control/],
  ] as const) {
    assert.match(await admin.refusal("POST", `/services/${path}/state`, body), message);
  }
  assert.deepEqual(admin.runtime.commands, []);
});
