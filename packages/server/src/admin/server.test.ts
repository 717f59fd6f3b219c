import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeRuntime } from "./admin.test.kit.js";
import { createAdminServer } from "./server.js";

test("the server listens, answers and closes", async () => {
  const admin = await createAdminServer({
    runtime: new FakeRuntime(),
    bindAddress: { host: "127.0.0.1", port: 0 },
    ingressEndpoint: "http://127.0.0.1:1/",
  });
  const base = `http://127.0.0.1:${admin.address.port}`;
  const version = (await (await fetch(`${base}/version`)).json()) as { ingress_endpoint: string };
  assert.equal(version.ingress_endpoint, "http://127.0.0.1:1/");
  await admin.close();
  await assert.rejects(fetch(`${base}/health`));
});

test("an address in use is told by the error of node:net", async () => {
  const options = { runtime: new FakeRuntime(), bindAddress: { host: "127.0.0.1", port: 0 } };
  const admin = await createAdminServer(options);
  await assert.rejects(createAdminServer({ ...options, bindAddress: admin.address }), { code: "EADDRINUSE" });
  await admin.close();
});
