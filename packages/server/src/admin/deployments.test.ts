import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { EndpointManifest } from "@pawl/protocol";
import { FakeEndpoint, manifest, service, type Transport } from "../registry/endpoint.test.kit.js";
import { AdminFixture } from "./admin.test.kit.js";

let endpoints: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  endpoints = [];
});

async function endpoint(body: EndpointManifest, transport: Transport = "h2c"): Promise<FakeEndpoint> {
  const started = await FakeEndpoint.start(transport, { body });
  endpoints.push(started);
  return started;
}

const GREETER = manifest([service("Greeter")]);
const ID = /^dp_1[0-9a-zA-Z]{22}$/;

type Json = Record<string, unknown>;

test("a deployment is registered, listed, described, removed", async () => {
  const admin = new AdminFixture();
  const { uri } = await endpoint(GREETER);
  const registered = await admin.request("POST", "/v4/deployments", {
    uri,
    additional_headers: { "X-Key": "secret" },
    metadata: { team: "a" },
  });
  assert.equal(registered.status, 201);
  const { id } = registered.body as { id: string };
  assert.match(id, ID);
  assert.equal(registered.headers.get("location"), `deployments/${id}`);

  const greeter = {
    name: "Greeter",
    ty: "Service",
    handlers: [
      {
        name: "greet",
        public: true,
        input_description: "*/*",
        output_description: "application/json",
        retry_policy: { max_attempts: null },
      },
    ],
    deployment_id: id,
    revision: 1,
    public: true,
    idempotency_retention: "1d",
    journal_retention: "1d",
    inactivity_timeout: "1m",
    abort_timeout: "10m",
    enable_lazy_state: false,
    retry_policy: {
      initial_interval: "500ms",
      exponentiation_factor: 2,
      max_attempts: 70,
      max_interval: "1m",
      on_max_attempts: "Pause",
    },
  };
  const versions = { min_protocol_version: 5, max_protocol_version: 7, sdk_version: "test-sdk/1.2.3" };
  assert.deepEqual(registered.body, { id, services: [greeter], ...versions });

  const listed = await admin.request("GET", "/deployments");
  const [{ created_at, ...deployment }] = (listed.body as { deployments: [Json] }).deployments;
  assert.match(created_at as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(deployment, {
    id,
    uri,
    protocol_type: "BidiStream",
    http_version: "HTTP/2.0",
    additional_headers: { "x-key": "secret" },
    metadata: { team: "a" },
    ...versions,
    services: [{ name: "Greeter", revision: 1 }],
  });

  const described = await admin.request("GET", `/deployments/${id}`);
  assert.deepEqual(described.body, { ...deployment, created_at, services: [greeter] });
  assert.deepEqual((await admin.request("GET", "/services")).body, { services: [greeter] });
  assert.deepEqual((await admin.request("GET", "/services/Greeter")).body, greeter);
  assert.deepEqual((await admin.request("GET", "/services/Greeter/handlers")).body, {
    handlers: greeter.handlers,
  });
  assert.deepEqual(
    (await admin.request("GET", "/services/Greeter/handlers/greet")).body,
    greeter.handlers[0],
  );

  const kept = await admin.request("DELETE", `/deployments/${id}`);
  assert.deepEqual([kept.status, kept.body], [501, ""]);
  assert.match(await admin.refusal("DELETE", `/deployments/${id}?force=yes`), /^400 null .*'force'/);
  const removed = await admin.request("DELETE", `/deployments/${id}?force=true`);
  assert.deepEqual([removed.status, removed.body], [202, ""]);
  assert.equal(admin.runtime.documents.size, 0);
  assert.deepEqual((await admin.request("GET", "/services")).body, { services: [] });
  assert.match(await admin.refusal("GET", `/deployments/${id}`), /^404 null .*does not exist/);
  assert.match(await admin.refusal("DELETE", `/deployments/${id}?force=true`), /^404 null /);
  assert.match(await admin.refusal("GET", "/deployments/xx"), /^400 null .*'deployment' is invalid/);
});

test("the same registration again is 200, in version 2 a conflict or an overwrite", async () => {
  const admin = new AdminFixture();
  const { uri } = await endpoint(GREETER);
  const first = await admin.request("POST", "/deployments", { uri });
  for (const prefix of ["", "/v3", "/v4"]) {
    const again = await admin.request("POST", `${prefix}/deployments`, { uri, force: null });
    assert.equal(again.status, 200);
    assert.deepEqual(again.body, first.body);
  }
  assert.match(
    await admin.refusal("POST", "/v2/deployments", { uri, force: false }),
    /^409 null .*exists already/,
  );
  const overwritten = await admin.request("POST", "/v2/deployments", { uri });
  assert.equal(overwritten.status, 200);
  assert.equal((overwritten.body as { services: { revision: number }[] }).services[0]?.revision, 2);
});

test("a changed endpoint at a registered address needs force", async () => {
  const admin = new AdminFixture();
  const started = await endpoint(GREETER);
  const { uri } = started;
  await admin.request("POST", "/deployments", { uri });
  started.answers = [{ body: manifest([service("Greeter", [{ name: "other" }])]) }];
  assert.match(await admin.refusal("POST", "/deployments", { uri }), /^409 META0004 .*"force": true/);
  assert.equal((await admin.request("POST", "/deployments", { uri, force: true })).status, 200);
});

test("a dry run of something new is 201 and leaves nothing", async () => {
  const admin = new AdminFixture();
  const { uri } = await endpoint(GREETER);
  const { status, body } = await admin.request("POST", "/deployments", { uri, dry_run: true });
  assert.equal(status, 201);
  assert.match((body as { id: string }).id, ID);
  assert.deepEqual((await admin.request("GET", "/deployments")).body, { deployments: [] });
});

test("an endpoint that cannot be discovered is told by code", async () => {
  const admin = new AdminFixture();
  const { uri } = await endpoint(GREETER, "http1");
  assert.match(await admin.refusal("POST", "/deployments", { uri }), /^500 META0014 /);
  assert.match(await admin.refusal("POST", "/deployments", { uri: "http://127.0.0.1:1/" }), /^500 META0003 /);
  const registered = await admin.request("POST", "/deployments", { uri, use_http_11: true });
  assert.equal(registered.status, 201);
  const [listed] = ((await admin.request("GET", "/deployments")).body as { deployments: Json[] }).deployments;
  assert.equal(listed?.http_version, "HTTP/1.1");
  assert.equal(listed?.protocol_type, "RequestResponse");
});

test("a deployment is updated in place", async () => {
  const admin = new AdminFixture();
  const old = await endpoint(GREETER);
  const moved = await endpoint(GREETER);
  const { body } = await admin.request("POST", "/deployments", { uri: old.uri });
  const path = `/deployments/${(body as { id: string }).id}`;
  const { status, body: updated } = await admin.request("PATCH", path, {
    uri: moved.uri,
    additional_headers: { a: "b" },
  });
  assert.equal(status, 200);
  assert.equal((updated as Json).uri, moved.uri);
  assert.deepEqual((updated as Json).additional_headers, { a: "b" });
  assert.equal((await admin.request("PUT", `/v2${path}`, {})).status, 200);
  moved.answers = [{ body: manifest([]) }];
  assert.match(await admin.refusal("PATCH", path, {}), /^409 META0016 /);
  assert.equal((await admin.request("PATCH", path, { overwrite: true, dry_run: true })).status, 200);
  assert.equal(admin.runtime.registry.hasService("Greeter"), true);
  assert.match(
    await admin.refusal("PATCH", "/deployments/dp_11111111111111111111111", {}),
    /^404 null The requested deployment/,
  );
});

test("deployments were called endpoints once", async () => {
  const admin = new AdminFixture();
  const { uri } = await endpoint(GREETER);
  const registered = await admin.request("POST", "/endpoints", { uri });
  assert.equal(registered.status, 201);
  const { id } = registered.body as { id: string };
  assert.equal(registered.headers.get("location"), `endpoints/${id}`);
  const { endpoints } = (await admin.request("GET", "/endpoints")).body as { endpoints: Json[] };
  assert.equal(endpoints[0]?.id, id);
  assert.equal((await admin.request("DELETE", `/endpoints/${id}?force=true`)).status, 202);
});

test("when documents cannot be stored, nothing is registered", async () => {
  const admin = new AdminFixture();
  const { uri } = await endpoint(GREETER);
  admin.runtime.saveError = new Error("disk full");
  assert.match(await admin.refusal("POST", "/deployments", { uri }), /^500 null internal error: disk full/);
  assert.deepEqual((await admin.request("GET", "/deployments")).body, { deployments: [] });
});
