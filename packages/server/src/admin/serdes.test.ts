import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { FakeEndpoint, manifest, service } from "../registry/endpoint.test.kit.js";
import { AdminFixture } from "./admin.test.kit.js";

let endpoints: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  endpoints = [];
});

/** One that has the service in its manifest, and then answers as told. */
async function deployed(admin: AdminFixture): Promise<FakeEndpoint> {
  const endpoint = await FakeEndpoint.start("h2c", { body: manifest([service("Greeter")]) });
  endpoints.push(endpoint);
  const { status } = await admin.request("POST", "/deployments", { uri: endpoint.uri });
  assert.equal(status, 201);
  endpoint.requests.length = 0;
  return endpoint;
}

const PATH = "/internal/services/Greeter/serdes";

test("payloads are converted by the newest deployment of their service", async () => {
  const admin = new AdminFixture();
  const older = await deployed(admin);
  const newer = await deployed(admin);
  newer.answers = [{ contentType: "text/html", body: "[7]" }];
  const decoded = await admin.request("POST", `${PATH}/decode/greet%2Finput`, "bytes", {
    "content-type": "application/x-any",
  });
  assert.deepEqual([decoded.status, decoded.headers.get("content-type")], [200, "application/json"]);
  assert.deepEqual(decoded.body, [7]);
  const encoded = await admin.request("POST", `/v3${PATH}/encode/greet/input`, "[7]");
  assert.deepEqual([encoded.status, encoded.headers.get("content-type")], [200, "application/octet-stream"]);
  assert.equal(encoded.bytes.toString(), "[7]");
  assert.deepEqual(
    newer.requests.map(({ url, body }) => `${url} ${body}`),
    ["/serdes/Greeter/decode/greet/input bytes", "/serdes/Greeter/encode/greet/input [7]"],
  );
  assert.deepEqual(older.requests, []);
});

test("what cannot be converted is refused with a reason", async () => {
  const admin = new AdminFixture();
  const endpoint = await deployed(admin);
  endpoint.answers = [{ status: 404, body: { message: "There is no serde" } }];
  assert.match(await admin.refusal("POST", `${PATH}/decode/nothing`, "x"), /^500 null .*There is no serde/);
  assert.match(
    await admin.refusal("POST", "/internal/services/Other/serdes/decode/nothing", "x"),
    /^404 null The requested service 'Other' does not exist/,
  );
  assert.match(
    await admin.refusal("POST", `${PATH}/decode/nothing`, "x".repeat(32 * 1024 * 1024 + 1)),
    /^413 null/,
  );
});

test("other ways to ask are not known", async () => {
  const admin = new AdminFixture();
  await deployed(admin);
  assert.equal((await admin.request("POST", `${PATH}/other/greet/input`, "x")).status, 404);
  assert.equal((await admin.request("POST", `${PATH}/decode`, "x")).status, 404);
  const { status, headers } = await admin.request("GET", `${PATH}/decode/greet/input`);
  assert.deepEqual([status, headers.get("allow")], [405, "POST"]);
});
