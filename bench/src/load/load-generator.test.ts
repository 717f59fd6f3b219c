import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { LoadResult } from "./job.js";
import { generateLoad } from "./load-generator.js";

const CONCURRENCY = 4;

/** Runs the noop workload for a moment against a server that answers as `answer` says. */
async function load(answer: (body: string, n: number) => string | null): Promise<LoadResult> {
  let n = 0;
  const listener: RequestListener = async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const text = answer(body, ++n);
    if (text === null) request.socket.destroy();
    else response.writeHead(200, { "content-length": Buffer.byteLength(text) }).end(text);
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await generateLoad({
      host: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      workload: "noop",
      runId: "test",
      concurrency: CONCURRENCY,
      warmUpMs: 20,
      measuredMs: 50,
      server: process.pid,
      endpoint: null,
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("right answers", async () => {
  const result = await load((body) => body);
  assert.equal(result.errors, 0);
  assert.ok(result.requests >= CONCURRENCY);
  assert.ok(result.requestsInAll >= result.requests + CONCURRENCY);
  const { p50, p90, p99, max } = result.latencyMs;
  assert.ok(0 < p50 && p50 <= p90 && p90 <= p99 && p99 <= max);
  assert.ok(result.windowUs.to > result.windowUs.from);
});

test("a wrong answer is counted, and its connection sends no more", async () => {
  const result = await load((body, n) => (n === 3 ? '"wrong"' : body));
  // Counted in the warm-up; in the measured time the connection is closed, which is an error again.
  assert.equal(result.errors, 2);
  assert.match(result.errorSamples[0] ?? "", /expected "hello .*", got "wrong"/);
});

test("connections that the server cuts", async () => {
  const result = await load(() => null);
  assert.equal(result.errors, 2 * CONCURRENCY);
  assert.equal(result.requestsInAll, 0);
});
