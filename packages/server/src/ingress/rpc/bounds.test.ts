/** What a call takes up is given back, however it ends; and what is watched is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { fixtureService } from "../../protobuf/fixtures.test.kit.js";
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../protobuf/gen/grpc/health/v1/health_pb.js";
import { openClients, type TestClient } from "./clients.test.kit.js";
import { called, openRpcIngress, setPublic } from "./rpc.test.kit.js";

const greeter = fixtureService("org.example.Greeter");

test("a call that waits counts until it ends: by its deadline, by its client, by its answer", async () => {
  const ingress = await openRpcIngress({ concurrentRequestsLimit: 1 });
  const clients = openClients(ingress.url);
  try {
    const waits = () => ingress.calls.get("org.example.Greeter/Wait") ?? 0;
    for (const client of clients) {
      const before = waits();
      // On a busy machine a deadline may be over before the server hears of the call.
      while (waits() === before) {
        await assert.rejects(client.call(greeter, "Wait", {}, { timeoutMs: 60 }), {
          code: Code.DeadlineExceeded,
        });
        await untilFree(client);
      }
      const leaving = new AbortController();
      const left = assert.rejects(client.call(greeter, "Wait", {}, { signal: leaving.signal }));
      await called(ingress, "org.example.Greeter/Wait", waits() + 1);
      const busy = client.call(greeter, "Greet", {}).catch((error: unknown) => error);
      const error = await busy;
      assert.ok(error instanceof ConnectError);
      assert.equal(error.code, Code.ResourceExhausted);
      assert.match(error.rawMessage, /^Resource exhausted: more than 1 requests are under way/);
      leaving.abort();
      await left;
      await untilFree(client);
      await assert.rejects(client.call(greeter, "Fail", { name: "400 bad" }));
      await client.call(greeter, "Greet", { name: "Pete" });
    }
  } finally {
    for (const client of clients) client.close();
    await ingress.close();
  }
});

/** Tries again until the server has heard that the last watcher went away. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || !/resource_exhausted/.test(String(error.actual)))
        throw error;
    }
  }
}

/** Waits until the server has room for another call. */
async function untilFree(client: TestClient): Promise<void> {
  for (;;) {
    const error = await client.call(greeter, "Greet", {}).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) return;
    assert.ok(error instanceof ConnectError && error.code === Code.ResourceExhausted, String(error));
  }
}

for (const [name, open] of [
  ["gRPC", (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ["Connect", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
] as const) {
  test(`Watch over ${name} tells the status and each change, and ends with its client`, async () => {
    const ingress = await openRpcIngress({ concurrentRequestsLimit: 1 });
    try {
      const client = createClient(Health, open(ingress.url));
      /** Watches until as many statuses came, then goes away. */
      const watch = async (service: string, count: number, onStatus: (seen: number) => void) => {
        const leaving = new AbortController();
        const seen: Status[] = [];
        const watching = async () => {
          for await (const { status } of client.watch({ service }, { signal: leaving.signal })) {
            seen.push(status);
            onStatus(seen.length);
            if (seen.length === count) leaving.abort();
          }
        };
        await assert.rejects(watching(), { code: Code.Canceled });
        return seen;
      };
      const seen = await watch("org.example.Clock", 3, (count) =>
        setPublic(ingress, "org.example.Clock", count !== 1),
      );
      assert.deepEqual(seen, [Status.SERVING, Status.NOT_SERVING, Status.SERVING]);
      assert.deepEqual(await eventually(() => watch("no.Such", 1, () => {})), [Status.SERVICE_UNKNOWN]);
    } finally {
      await ingress.close();
    }
  });
}

test("Watch over a unary protocol is refused with 415", async () => {
  const ingress = await openRpcIngress();
  const response = await fetch(`${ingress.url}/grpc.health.v1.Health/Watch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(response.status, 415);
  await ingress.close();
});
