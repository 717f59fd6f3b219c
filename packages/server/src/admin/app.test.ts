import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminFixture } from "./admin.test.kit.js";

test("the API is the same without prefix and under /v2 to /v4", async () => {
  const admin = new AdminFixture();
  for (const prefix of ["", "/v2", "/v3", "/v4"]) {
    const { status, body } = await admin.request("GET", `${prefix}/health`);
    assert.deepEqual({ status, body }, { status: 200, body: "" });
  }
  assert.equal((await admin.request("GET", "/v1/health")).status, 400);
  assert.equal((await admin.request("GET", "/v5/health")).status, 404);
});

test("clients learn versions, features and where the ingress is", async () => {
  const { status, body } = await new AdminFixture().request("GET", "/version");
  assert.equal(status, 200);
  const { version, features, ...rest } = body as { version: string; features: Record<string, unknown> };
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.deepEqual(rest, {
    min_admin_api_version: 2,
    max_admin_api_version: 4,
    ingress_endpoint: "http://127.0.0.1:8080/",
  });
  assert.equal(features.vqueues, false);
  assert.ok(Object.values(features).every((value) => typeof value === "boolean"));
});

test("cluster health", async () => {
  const { body } = await new AdminFixture().request("GET", "/cluster-health");
  assert.deepEqual(body, { cluster_name: "localcluster", metadata_cluster_health: { members: [1] } });
});

test("what is not there is 404 without a body", async () => {
  const admin = new AdminFixture();
  for (const path of ["/", "/nope", "/v4/nope", "/services/a/b/c"]) {
    const { status, body } = await admin.request("GET", path);
    assert.deepEqual({ status, body }, { status: 404, body: "" }, path);
  }
});

test("what a path cannot do is 405 and says what it can", async () => {
  const admin = new AdminFixture();
  for (const [method, path, allow] of [
    ["POST", "/health", "GET,HEAD"],
    ["PUT", "/v4/deployments", "GET,HEAD,POST"],
    ["PUT", "/v4/deployments/dp_1", "GET,HEAD,PATCH,DELETE"],
    ["GET", "/invocations/inv_1/cancel", "PATCH"],
  ] as const) {
    const { status, headers, body } = await admin.request(method, path);
    assert.deepEqual([status, headers.get("allow"), body], [405, allow, ""], `${method} ${path}`);
  }
  const head = await admin.request("HEAD", "/health");
  assert.equal(head.status, 200);
});

test("bodies must be JSON of the right shape, and errors name the field", async () => {
  const admin = new AdminFixture();
  for (const [path, body, message] of [
    ["/deployments", "{", /^400 null the request body is no JSON: /],
    ["/deployments", [], /^400 null The request body is invalid/],
    ["/deployments", {}, /^400 null The request field 'uri' is invalid. Reason: it is missing/],
    ["/deployments", { uri: 5 }, /^400 null The request field 'uri' is invalid/],
    ["/deployments", { uri: "http://a", force: "yes" }, /^400 null The request field 'force' is invalid/],
    ["/deployments", { uri: "http://a", additional_headers: { x: 1 } }, /'additional_headers.x' is invalid/],
    ["/deployments", { uri: "relative" }, /^400 null The request field 'uri' is invalid. Reason: 'relative'/],
    ["/deployments", { arn: "arn:aws:lambda:x" }, /^400 null The request field 'arn' is invalid/],
    ["/deployments", { uri: "http://a", auth: {} }, /^501 null .*additional_headers/],
  ] as const) {
    assert.match(await admin.refusal("POST", path, body), message);
  }
  assert.match(
    await admin.refusal("POST", "/deployments", '{"uri":"http://a"}', { "content-type": "text/plain" }),
    /^415 null .*application\/json/,
  );
  assert.match(
    await admin.refusal("POST", "/deployments", { uri: "x".repeat(1_100_000) }),
    /^413 null the body is longer than 1048576 bytes/,
  );
});

test("an internal error is logged and answered", async () => {
  const admin = new AdminFixture();
  assert.match(
    await admin.refusal("PATCH", "/invocations/inv_1foAirY4KKzi0aaaaaaaaaaaaaaaaaaaaa/kill"),
    /^500 null internal error: no answer to killRequest$/,
  );
  assert.deepEqual(admin.logged, ["PATCH /invocations/inv_1foAirY4KKzi0aaaaaaaaaaaaaaaaaaaaa/kill failed"]);
});

test("what the official server can do and this one cannot is said to be missing", async () => {
  const admin = new AdminFixture();
  for (const [method, path] of [
    ["GET", "/subscriptions"],
    ["GET", "/kafka-clusters/x"],
  ] as const) {
    assert.match(await admin.refusal(method, path), /^501 null .*cannot do that yet$/, path);
  }
});
