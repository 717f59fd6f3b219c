import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { openAccess } from "../access/port-access.test.kit.js";
import { fixtureService } from "../protobuf/fixtures.test.kit.js";
import { ServerReflection } from "../protobuf/gen/grpc/reflection/v1/reflection_pb.js";
import type { TestIngress } from "./ingress.test.kit.js";
import { openClients, type TestClient } from "./rpc/clients.test.kit.js";
import { openRpcIngress, seenHeaders } from "./rpc/rpc.test.kit.js";

const TOKEN = "0123456789abcdef";
const authorization = `Bearer ${TOKEN}`;
const greeter = fixtureService("org.example.Greeter");

let ingress: TestIngress;
let clients: TestClient[];
before(async () => {
  ingress = await openRpcIngress({ access: openAccess({ authTokens: [TOKEN] }) });
  clients = openClients(ingress.url);
});
after(async () => {
  for (const client of clients) client.close();
  await ingress.close();
});

test("clients of every protocol understand that they need a token, and are served with one", async (t) => {
  for (const client of clients) {
    await t.test(client.name, async () => {
      for (const headers of [undefined, { authorization: "Bearer 0123456789abcdeF" }]) {
        const call = client.call(greeter, "Greet", { name: "Pete" }, { ...(headers && { headers }) });
        await assert.rejects(call, (error) => {
          assert.ok(error instanceof ConnectError);
          assert.equal(error.code, Code.Unauthenticated);
          assert.match(error.rawMessage, /send the header authorization: Bearer <token>/);
          // This one shows trailers only.
          const isShown = client.name !== "@grpc/grpc-js";
          if (isShown) assert.match(error.metadata.get("www-authenticate") ?? "", /^Bearer/);
          return true;
        });
      }
      const { answer } = await client.call(
        greeter,
        "Greet",
        { name: "Pete" },
        { headers: { authorization } },
      );
      assert.equal(answer.greeting, "Hello Pete");
    });
  }
});

test("plain requests get 401 in the ingress's own words, before they are understood", async () => {
  for (const path of ["/Plain/greet", "/nothing/here/at/all", "/restate/awakeables/x/resolve"]) {
    const answer = await fetch(ingress.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "not even JSON",
    });
    assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [401, 'Bearer realm="pawl"']);
    const { code, source } = (await answer.json()) as { code: number; source: string };
    assert.deepEqual([code, source], [401, "ingress"]);
  }
  const init = { method: "POST", headers: { authorization, "content-type": "application/json" }, body: "1" };
  assert.equal((await fetch(`${ingress.url}/Plain/greet`, init)).status, 200);
});

test("the answer does not wait for the body", async () => {
  const socket = connect(Number(new URL(ingress.url).port), "127.0.0.1");
  socket.write("POST /Plain/greet HTTP/1.1\r\nhost: x\r\ncontent-length: 900000000\r\n\r\n");
  const [chunk] = await once(socket, "data");
  assert.match(String(chunk), /^HTTP\/1\.1 401 [\s\S]*connection: close/i);
  await once(socket, "close");
});

test("the token does not reach the handler", async () => {
  for (const client of clients) {
    await client.call(greeter, "Look", { name: "x" }, { headers: { authorization, "x-mine": "1" } });
    const seen = seenHeaders.pop() ?? {};
    assert.deepEqual([seen["x-mine"], seen.authorization], ["1", undefined], client.name);
  }
});

test("reflection asks for the token, too", async () => {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: ingress.url }));
  const ask = async (headers: Record<string, string>): Promise<number> => {
    async function* questions() {
      yield { messageRequest: { case: "listServices" as const, value: "" } };
    }
    let answers = 0;
    for await (const _ of client.serverReflectionInfo(questions(), { headers })) answers++;
    return answers;
  };
  await assert.rejects(ask({}), { code: Code.Unauthenticated });
  assert.equal(await ask({ authorization }), 1);
});

test("health is open and names services only to those with a token; so are preflights of browsers", async () => {
  const health = async (headers: Record<string, string>) => {
    const answer = await fetch(`${ingress.url}/restate/health`, { headers });
    return { status: answer.status, services: ((await answer.json()) as { services: string[] }).services };
  };
  assert.deepEqual(await health({}), { status: 200, services: [] });
  assert.ok((await health({ authorization })).services.includes("Plain"));
  const preflight = await fetch(`${ingress.url}/Plain/greet`, {
    method: "OPTIONS",
    headers: {
      origin: "https://example.org",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  assert.equal(preflight.headers.get("access-control-allow-headers"), "authorization");
});
