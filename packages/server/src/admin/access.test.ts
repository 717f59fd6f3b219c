import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { afterEach, test } from "node:test";
import type { PortAccess } from "../access/port-access.js";
import { openAccess, testTls } from "../access/port-access.test.kit.js";
import { TEST_CERTIFICATE } from "../registry/certificate.test.kit.js";
import { FakeRuntime } from "./admin.test.kit.js";
import { type AdminServer, createAdminServer } from "./server.js";

const TOKEN = "0123456789abcdef";
const authorization = `Bearer ${TOKEN}`;

let admin: AdminServer | undefined;
afterEach(async () => {
  await admin?.close();
  admin = undefined;
});

async function open(access?: PortAccess): Promise<number> {
  admin = await createAdminServer({
    runtime: new FakeRuntime(),
    bindAddress: { host: "127.0.0.1", port: 0 },
    ...(access !== undefined && { access }),
  });
  return admin.address.port;
}

async function overHttp2(url: string, path: string): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  const session = connect(url, { ca: TEST_CERTIFICATE });
  const stream = session.request({ ":path": path });
  const [headers] = await once(stream, "response");
  let body = "";
  for await (const chunk of stream) body += chunk;
  session.close();
  return { headers, body };
}

test("without the token everything but the health is refused with 401", async () => {
  const base = `http://127.0.0.1:${await open(openAccess({ authTokens: [TOKEN] }))}`;
  for (const path of ["/version", "/v4/deployments", "/healthy", "/nowhere"]) {
    for (const headers of [{}, { authorization: "Bearer fedcba9876543210" }]) {
      const answer = await fetch(base + path, { headers });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers.get("www-authenticate"), 'Bearer realm="pawl admin"');
      const { message, restate_code } = (await answer.json()) as Record<string, unknown>;
      assert.match(String(message), /authorization: Bearer/);
      assert.equal(restate_code, null);
    }
  }
  for (const path of ["/health", "/v4/health"]) assert.equal((await fetch(base + path)).status, 200);
  assert.equal((await fetch(`${base}/health`, { method: "POST" })).status, 401);
  assert.equal((await fetch(`${base}/version`, { headers: { authorization } })).status, 200);
});

test("HTTP/2 in the clear and over TLS", async () => {
  for (const access of [undefined, openAccess({ tls: testTls() })]) {
    const url = `${access === undefined ? "http" : "https"}://127.0.0.1:${await open(access)}`;
    const { headers, body } = await overHttp2(url, "/version");
    assert.equal(headers[":status"], 200);
    assert.ok(JSON.parse(body).version);
    await admin?.close();
  }
});
