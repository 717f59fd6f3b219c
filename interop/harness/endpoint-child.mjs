/** The process of an endpoint: told by its parent what to serve, and telling it what happens. See endpoint.mjs. */
import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { makeServices } from "../services/index.mjs";
import { listenerOf, sdkOf } from "./listeners.mjs";
import { suffixOf } from "./variants.mjs";

const MANIFEST_TYPE = "application/vnd.restate.endpointmanifest.v4+json";

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
  isOpen: (gate) => openGates.has(gate),
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
    const ports = [];
    for (const [index, variant] of message.variants.entries())
      ports.push(await serve(message.sdk, variant, message.ports[index]));
    process.send({ kind: "listening", ports });
  }
});

/** The highest version that the SDKs speak: they need no help to offer it. */
const HIGHEST_PROTOCOL = 7;
const SUSPENDING_AFTER_MS = 10;

async function serve(kind, variant, port) {
  const { protocol, transport, isSuspending, label } = variant;
  const suffix = suffixOf(variant);
  const sdk = await sdkOf(kind);
  const services = makeServices(sdk, { ...test, suffix, label });
  const manifest =
    protocol === HIGHEST_PROTOCOL ? undefined : await manifestUpTo(protocol, sdk, services, transport);
  const handle = await listenerOf(kind, variant, {
    services,
    logger: tellingLogger,
    note: test.note,
    ...(isSuspending && { defaultServiceOptions: { inactivityTimeout: SUSPENDING_AFTER_MS } }),
  });
  return await listen(
    transport === "http1" ? createHttp1Server : createHttp2Server,
    port,
    (request, response) => {
      if (request.url.endsWith("/discover")) {
        if (manifest !== undefined) {
          response.writeHead(200, manifest.headers);
          response.end(manifest.body);
          return;
        }
      } else {
        test.note(request.url, {
          contentType: request.headers["content-type"],
          httpVersion: request.httpVersion,
        });
      }
      handle(request, response);
    },
  );
}

/** Tells the test the lines whose first part is a topic; what goes wrong is written, for the test's report. */
function tellingLogger(meta, topic, ...rest) {
  const { level, source, replaying, context } = meta;
  if (source === "USER") {
    const target = context.invocationTarget;
    test.note(`log/${topic}`, { level, source, replaying, rest, target });
  } else if (level === "error") console.error(topic, ...rest);
}

/** What the SDK says of itself, with a lower protocol version in it. */
async function manifestUpTo(protocol, sdk, services, transport) {
  const handle = sdk.createEndpointHandler({ services, bidirectional: transport === "bidi" });
  let server;
  const port = await listen((listener) => (server = createHttp1Server(listener)), 0, handle);
  const response = await fetch(`http://127.0.0.1:${port}/discover`, { headers: { accept: MANIFEST_TYPE } });
  const manifest = await response.json();
  server.close();
  server.closeAllConnections();
  return {
    headers: { "content-type": MANIFEST_TYPE, "x-restate-server": response.headers.get("x-restate-server") },
    body: JSON.stringify({ ...manifest, maxProtocolVersion: protocol }),
  };
}

async function listen(createServer, port, listener) {
  const server = createServer(listener);
  await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server.address().port;
}
