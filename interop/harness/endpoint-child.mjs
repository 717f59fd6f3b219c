/** The process of an endpoint: told by its parent what to serve, and telling it what happens. See endpoint.mjs. */
import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { makeServices } from "../services/index.mjs";
import { suffixOf } from "./variants.mjs";

const SDKS = {
  official: "@restatedev/restate-sdk",
  pawl: new URL("../../packages/sdk/dist/index.js", import.meta.url).href,
};

const counts = new Map();
const openGates = new Set();
const waiting = new Map();

/** What services may use of the test: it is lost when the process ends, unlike what an invocation does. */
const test = {
  /** Tells the test; says how often this process has noted something under the topic, this time included. */
  note(topic, value = null) {
    const count = (counts.get(topic) ?? 0) + 1;
    counts.set(topic, count);
    process.send({ kind: "note", topic, value });
    return count;
  },
  /** Waits until the test opens the gate. */
  async gate(name) {
    if (openGates.has(name)) return;
    await new Promise((resolve) => {
      if (!waiting.has(name)) waiting.set(name, []);
      waiting.get(name).push(resolve);
    });
  },
};

process.on("disconnect", () => process.exit(0));
process.on("message", async (message) => {
  if (message.kind === "open") {
    openGates.add(message.gate);
    for (const resolve of waiting.get(message.gate) ?? []) resolve();
    waiting.delete(message.gate);
  }
  if (message.kind === "start") {
    const sdk = await import(SDKS[message.sdk]);
    const ports = [];
    for (const [index, variant] of message.variants.entries())
      ports.push(await serve(sdk, variant, message.ports[index]));
    process.send({ kind: "listening", ports });
  }
});

async function serve(sdk, { protocol, transport }, port) {
  const suffix = suffixOf({ protocol, transport });
  const services = makeServices(sdk, { ...test, suffix });
  const bidirectional = transport === "request-response" ? { bidirectional: false } : {};
  const handle = sdk.createEndpointHandler({ services, ...bidirectional });
  const createServer = transport === "http1" ? createHttp1Server : createHttp2Server;
  const server = createServer((request, response) => {
    if (request.url.endsWith("/discover")) offerOnly(protocol, response);
    else test.note(`protocol${suffix}`, [request.headers["content-type"], request.httpVersion]);
    handle(request, response);
  });
  await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server.address().port;
}
