import assert from "node:assert/strict";
import { test } from "node:test";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { EndpointManifest } from "@pawl/protocol";
import { DESCRIPTORS_METADATA } from "../protobuf/descriptor-set.js";
import { FIXTURE_BASE64 } from "../protobuf/fixtures.test.kit.js";
import { ROUTER_METADATA } from "../protobuf/router.js";
import { FakeEndpoint, manifest, service } from "../registry/endpoint.test.kit.js";
import { SchemaRegistry } from "../registry/registry.js";
import { AdminFixture } from "./admin.test.kit.js";

type Json = Record<string, unknown>;

async function registered(body: EndpointManifest): Promise<AdminFixture> {
  const admin = new AdminFixture();
  const endpoint = await FakeEndpoint.start("h2c", { body });
  try {
    const { status } = await admin.request("POST", "/deployments", { uri: endpoint.uri });
    assert.equal(status, 201);
  } finally {
    await endpoint.close();
  }
  return admin;
}

const ALL = manifest([
  service(
    "Greeter",
    [
      {
        name: "greet",
        input: {
          required: true,
          contentType: "application/json",
          jsonSchema: { title: "Name", type: "string" },
        },
        output: { contentType: "text/plain", setContentTypeIfEmpty: true },
        documentation: "Says hello",
        metadata: { a: "b" },
        ingressPrivate: true,
        idempotencyRetention: 5_400_000,
        journalRetention: 0,
        inactivityTimeout: 90_000,
        abortTimeout: 1_500,
        enableLazyState: true,
        retryPolicyInitialInterval: 200,
        retryPolicyMaxAttempts: 3,
        retryPolicyOnMaxAttempts: "KILL",
      },
      { name: "silent", input: {}, output: {} },
    ],
    { documentation: "All greetings", metadata: { team: "x" }, journalRetention: 7_200_000 },
  ),
  service("Counter", [{ name: "add" }, { name: "get", ty: "SHARED" }], { ty: "VIRTUAL_OBJECT" }),
  service("Order", [{ name: "run", ty: "WORKFLOW", workflowCompletionRetention: 3_600_000 }], {
    ty: "WORKFLOW",
  }),
]);

test("a handler shows what it says itself", async () => {
  const admin = await registered(ALL);
  assert.deepEqual((await admin.request("GET", "/services/Greeter/handlers")).body, {
    handlers: [
      {
        name: "greet",
        documentation: "Says hello",
        metadata: { a: "b" },
        idempotency_retention: "1h 30m",
        journal_retention: "0s",
        inactivity_timeout: "1m 30s",
        abort_timeout: "1s 500ms",
        enable_lazy_state: true,
        public: false,
        input_description: "JSON 'Name'",
        output_description: "optional text/plain",
        input_json_schema: { title: "Name", type: "string" },
        retry_policy: { initial_interval: "200ms", max_attempts: 3, on_max_attempts: "Kill" },
      },
      {
        name: "silent",
        public: true,
        input_description: "none",
        output_description: "none",
        retry_policy: { max_attempts: null },
      },
    ],
  });
});

test("descriptors are no metadata that anybody reads: they have a path of their own", async () => {
  const metadata = { team: "x", [DESCRIPTORS_METADATA]: FIXTURE_BASE64 };
  const admin = await registered(
    manifest([
      service(
        "org.example.Clock",
        [{ name: "Tick", input: { contentType: "application/proto" }, output: {} }],
        { ty: "VIRTUAL_OBJECT", metadata },
      ),
      service("routes", [{ name: "hi" }], { metadata: { [ROUTER_METADATA]: "unkeyed" } }),
      service("Plain", [{ name: "hi" }]),
    ]),
  );
  const { body } = await admin.request("GET", "/services/org.example.Clock");
  assert.deepEqual((body as Json).metadata, { team: "x" });
  for (const [name, symbol] of [
    ["org.example.Clock", "org.example.Clock"],
    ["routes", "routes"],
  ]) {
    const { status, headers, bytes } = await admin.request("GET", `/services/${name}/descriptors`);
    assert.deepEqual([status, headers.get("content-type")], [200, "application/x-protobuf"]);
    const set = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
    assert.ok(set.getService(symbol as string));
  }
  assert.match(
    await admin.refusal("GET", "/services/Plain/descriptors"),
    /^404 null .*no protobuf descriptors/,
  );
});

test("types of services and handlers", async () => {
  const admin = await registered(ALL);
  const { services } = (await admin.request("GET", "/services")).body as {
    services: { name: string; ty: string; handlers: { name: string; ty?: string }[] }[];
  };
  assert.deepEqual(
    services.map(({ name, ty, handlers }) => [name, ty, ...handlers.map((one) => `${one.name} ${one.ty}`)]),
    [
      ["Counter", "VirtualObject", "add Exclusive", "get Shared"],
      ["Greeter", "Service", "greet undefined", "silent undefined"],
      ["Order", "Workflow", "run Workflow"],
    ],
  );
});

test("a service is changed by PATCH, durations in any spelling", async () => {
  const admin = await registered(ALL);
  const { status, body } = await admin.request("PATCH", "/services/Greeter", {
    public: false,
    idempotency_retention: "2days 3h",
    journal_retention: "PT36H",
    inactivity_timeout: "1m30s",
    abort_timeout: null,
  });
  assert.equal(status, 200);
  const service = body as Json;
  assert.equal(service.public, false);
  assert.equal(service.idempotency_retention, "2d 3h");
  assert.equal(service.journal_retention, "1d 12h");
  assert.equal(service.inactivity_timeout, "1m 30s");
  assert.equal(service.abort_timeout, "10m");
  assert.ok((service.handlers as Json[]).every((handler) => handler.public === false));
  assert.ok(
    (service.info as Json[]).some(({ message }) => String(message).includes("hides the service's own 2h")),
  );
  assert.deepEqual((await admin.request("PATCH", "/services/Greeter", { public: null })).body, body);
  assert.equal(admin.runtime.documents.has("service/Greeter"), true);
});

test("a retry policy is changed by PATCH, for a service and for a handler", async () => {
  const admin = await registered(ALL);
  const policy = async (path: string) =>
    ((await admin.request("GET", path)).body as { retry_policy: Json }).retry_policy;
  const patched = await admin.request("PATCH", "/services/Greeter", {
    retry_policy: { initial_interval: "2s", max_attempts: 7, on_max_attempts: "Kill" },
  });
  const expected = {
    initial_interval: "2s",
    exponentiation_factor: 2,
    max_attempts: 7,
    max_interval: "1m",
    on_max_attempts: "Kill",
  };
  assert.equal(patched.status, 200);
  assert.deepEqual((patched.body as Json).retry_policy, expected);
  assert.match(
    JSON.stringify((patched.body as Json).info),
    /retry_policy .* handler greet, which has its own/,
  );
  const effective = (handler: string) => admin.runtime.registry.handler("Greeter", handler)?.retryPolicy;
  assert.equal(effective("greet")?.initialIntervalMs, 200);
  assert.equal(effective("silent")?.maxAttempts, 7);

  // What is not given stays, of a policy too.
  await admin.request("PATCH", "/services/Greeter", { retry_policy: { max_attempts: "unlimited" } });
  assert.deepEqual(await policy("/services/Greeter"), { ...expected, max_attempts: null });
  await admin.request("PATCH", "/services/Greeter", { retry_policy: null, public: true });
  assert.equal(effective("silent")?.maxAttempts, null);

  const handler = await admin.request("PATCH", "/services/Greeter/handlers/greet", {
    retry_policy: { initial_interval: "5s", exponentiation_factor: 1.5 },
  });
  const own = {
    initial_interval: "5s",
    exponentiation_factor: 1.5,
    max_attempts: 3,
    on_max_attempts: "Kill",
  };
  assert.deepEqual((handler.body as Json).retry_policy, own);
  assert.deepEqual(await policy("/services/Greeter/handlers/greet"), own);
  assert.equal(effective("greet")?.initialIntervalMs, 5_000);

  const restarted = new SchemaRegistry();
  restarted.load([...admin.runtime.documents.values()]);
  for (const name of ["greet", "silent"]) {
    assert.deepEqual(restarted.handler("Greeter", name)?.retryPolicy, effective(name));
  }
});

test("retry policies that make no sense are refused", async () => {
  const admin = await registered(ALL);
  for (const [retry_policy, message] of [
    [{ initial_interval: "soon" }, /'retry_policy.initial_interval' .*"soon" is no duration/],
    [{ exponentiation_factor: 0.5 }, /'retry_policy.exponentiation_factor' is invalid/],
    [{ max_attempts: 0 }, /'retry_policy.max_attempts' is invalid/],
    [{ on_max_attempts: "Explode" }, /'retry_policy.on_max_attempts' is invalid/],
    [{ attempts: 3 }, /'retry_policy' is invalid/],
  ] as const) {
    for (const path of ["/services/Greeter", "/services/Greeter/handlers/greet"]) {
      const refusal = await admin.refusal("PATCH", path, { retry_policy });
      assert.match(refusal, /^400 null /);
      assert.match(refusal, message);
    }
  }
  assert.match(
    await admin.refusal("PATCH", "/services/Greeter/handlers/nope", { retry_policy: {} }),
    /^404 null .*'nope' on service 'Greeter'/,
  );
  assert.match(
    await admin.refusal("PATCH", "/services/Greeter/handlers/greet", { public: false }),
    /^400 null /,
  );
});

test("what cannot be changed is refused", async () => {
  const admin = await registered(ALL);
  for (const [name, change, message] of [
    ["Nope", {}, /^404 null The requested service 'Nope' does not exist/],
    [
      "Greeter",
      { idempotency_retention: "abc" },
      /^400 null .*'idempotency_retention' .*"abc" is no duration/,
    ],
    ["Greeter", { idempotency_retention: 5 }, /^400 null .*'idempotency_retention' is invalid/],
    ["Greeter", { public: "no" }, /^400 null .*'public' is invalid/],
    ["Greeter", { workflow_completion_retention: "1h" }, /^400 null .*only workflows/],
  ] as const) {
    assert.match(await admin.refusal("PATCH", `/services/${name}`, change), message);
  }
  assert.match(
    await admin.refusal("GET", "/services/Greeter/handlers/x"),
    /^404 null .*'x' on service 'Greeter'/,
  );
  assert.match(await admin.refusal("GET", "/services/Nope/handlers"), /^404 null .*'Nope'/);
  assert.equal((await admin.request("GET", "/services/Order")).status, 200);
});
