import assert from "node:assert/strict";
import { connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import {
  handler,
  openTestIngress,
  type TestIngress,
  type TestService,
  value,
} from "../ingress/ingress.test.kit.js";
import { overHttp2 } from "../ingress/rpc/raw.test.kit.js";
import { HandlerKind } from "../store/store.js";

const services: TestService[] = [
  {
    schema: {
      name: "Greeter",
      type: "Service",
      revision: 1,
      metadata: {},
      handlers: [
        handler("greet", HandlerKind.Service),
        handler("headers", HandlerKind.Service),
        handler("wait", HandlerKind.Service),
      ],
    },
    handlers: {
      greet: (input) => value(`"Hello ${JSON.parse(input)}"`),
      headers: (_input, headers) => value(JSON.stringify(headers)),
      wait: () => null,
    },
  },
];

let ingress: TestIngress;
before(async () => {
  ingress = await openTestIngress(services);
});
after(() => ingress.close());

const json = { "content-type": "application/json" };

function open({ url }: TestIngress = ingress): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

/** All that the server sends until it closes, or (with `until`) until that is in it. */
function received(socket: Socket, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (until !== undefined && text.includes(until)) resolve(text);
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

const REQUEST =
  'POST /Greeter/greet HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\n"Pete"';

test("services without descriptors can be called over HTTP/2", async () => {
  const { headers, body } = await overHttp2(ingress.url, "/Greeter/greet", json, Buffer.from('"Pete"'));
  assert.equal(headers[":status"], 200);
  assert.equal(headers["content-type"], "application/json");
  assert.equal(body.toString(), '"Hello Pete"');
});

test("the handler does not see HTTP/2's own headers", async () => {
  const { body } = await overHttp2(
    ingress.url,
    "/Greeter/headers",
    { ...json, "x-mine": "yes" },
    Buffer.from("1"),
  );
  const seen = JSON.parse(body.toString()) as Record<string, string>;
  assert.equal(seen["x-mine"], "yes");
  assert.equal(seen["x-restate-ingress-path"], "/Greeter/headers");
  assert.deepEqual(
    Object.keys(seen).filter((name) => name.startsWith(":")),
    [],
  );
});

test("errors over HTTP/2 have no headers that it forbids", async () => {
  const { headers, body } = await overHttp2(ingress.url, "/Greeter/greet", json, Buffer.alloc(5_000, 0x20));
  assert.equal(headers[":status"], 413);
  assert.match(body.toString(), /larger than 1000 bytes/);
});

test("both protocols at the same time, many streams on one connection", async () => {
  const session = connectHttp2(ingress.url);
  const one = () =>
    new Promise<string>((resolve, reject) => {
      const stream = session.request({ ":method": "POST", ":path": "/Greeter/greet", ...json });
      let text = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      stream.on("end", () => resolve(text)).on("error", reject);
      stream.end('"Pete"');
    });
  const other = () =>
    fetch(`${ingress.url}/Greeter/greet`, { method: "POST", headers: json, body: '"Pete"' }).then((r) =>
      r.text(),
    );
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? one() : other())));
  assert.deepEqual(new Set(answers), new Set(['"Hello Pete"']));
  session.close();
});

test("the first bytes may come one by one", async () => {
  const socket = open();
  const answer = received(socket, "Hello Pete");
  for (const byte of REQUEST) {
    socket.write(byte, "latin1");
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(await answer, /^HTTP\/1.1 200 OK/);
  socket.destroy();
  const preface = open();
  const settings = received(preface, "\0");
  for (const byte of "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
    preface.write(byte, "latin1");
    await new Promise((resolve) => setImmediate(resolve));
  }
  // A SETTINGS frame: three bytes of length, then type 4.
  assert.equal((await settings).charCodeAt(3), 4);
  preface.destroy();
});

test("requests of HTTP/1.1 may come in one piece, and the connection stays", async () => {
  const socket = open();
  socket.write(REQUEST + REQUEST);
  const answers = new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split("Hello Pete").length === 3) resolve(text);
    });
  });
  assert.equal((await answers).split("HTTP/1.1 200 OK").length, 3);
  socket.write(REQUEST);
  assert.match(await received(socket, "Hello Pete"), /200 OK/);
  socket.destroy();
});

test("an offer to upgrade to HTTP/2 is passed over", async () => {
  const socket = open();
  const offer =
    "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\nhost";
  socket.write(REQUEST.replace("host", offer));
  assert.match(await received(socket, "Hello Pete"), /^HTTP\/1.1 200 OK/);
  socket.destroy();
});

test("what is no HTTP is answered with 400 and closed", async () => {
  const socket = open();
  socket.write("PRX nonsense\r\n\r\n");
  assert.match(await received(socket), /^HTTP\/1.1 400/);
});

test("a preface with nonsense behind it closes the connection, nothing else", async () => {
  const socket = open();
  socket.write(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${"x".repeat(100)}`);
  await received(socket);
  assert.equal((await fetch(`${ingress.url}/restate/health`)).status, 200);
});

test("closing waits for answers under way, then drops connections of both protocols, also silent ones", async () => {
  const closing = await openTestIngress(services);
  const silent = received(open(closing));
  const session = connectHttp2(closing.url);
  const ended = new Promise((resolve) => session.once("close", resolve));
  const stream = session.request({ ":method": "POST", ":path": "/Greeter/wait", ...json });
  stream.on("error", () => {});
  stream.end("1");
  while ((closing.calls.get("Greeter/wait") ?? 0) === 0)
    await new Promise((resolve) => setTimeout(resolve, 2));
  await closing.close();
  await silent;
  await ended;
  assert.ok(stream.rstCode !== constants.NGHTTP2_NO_ERROR || stream.closed);
});
