import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as http1Request } from "node:http";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer as createHttp2Server,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { completion, input, linesOf, start, value } from "../machine/story.test.kit.js";
import { createEndpointServer, type EndpointServer } from "./node-server.js";
import { createEndpointHandler, endpoint } from "./serve.js";

const V6 = "application/vnd.restate.invocation.v6";
const big = "x".repeat(3_000_000);

let disconnected: (() => void) | undefined;

const test = service({
  name: "Test",
  handlers: {
    echo: async (_: Context, text: string) => text,
    run: async (ctx: Context) => ctx.run("r", () => 1),
    big: async (ctx: Context) => {
      for (let i = 0; i < 5; i++)
        ctx.genericSend({ service: "S", method: "m", parameter: new TextEncoder().encode(big) });
      await ctx.run("r", () => 1);
    },
    wait: async (ctx: Context) => {
      ctx.request().attemptCompletedSignal.addEventListener("abort", () => disconnected?.());
      await ctx.sleep(1000);
    },
  },
});
const options = { services: [test], logger: () => {} };

/** Collects the frames of an answer. */
class Answer {
  readonly chunks: Buffer[] = [];
  ended = false;
  bytes = 0;
  constructor(readonly stream: NodeJS.ReadableStream) {
    stream.on("data", (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.chunks.push(chunk);
    });
    stream.on("end", () => {
      this.ended = true;
    });
  }
  lines(): string[] {
    return linesOf(Buffer.concat(this.chunks));
  }
  async until(condition: () => boolean): Promise<void> {
    for (let i = 0; i < 400 && !condition(); i++) await delay(5);
    assert.ok(condition(), `got ${this.lines().map((line) => line.slice(0, 200))}`);
  }
}

function invoke(session: ClientHttp2Session, handler: string): ClientHttp2Stream {
  return session.request({
    ":method": "POST",
    ":path": `/invoke/Test/${handler}`,
    "content-type": V6,
    accept: V6,
  });
}

describe("an endpoint on a socket", () => {
  let server: EndpointServer;
  let session: ClientHttp2Session;
  before(async () => {
    server = await createEndpointServer({ ...options, port: 0, host: "127.0.0.1" });
    session = connect(`http://127.0.0.1:${server.port}`);
  });
  after(async () => {
    session.destroy();
    await server.close();
  });

  it("exchanges frames both ways while the handler runs, over HTTP/2", async () => {
    const stream = invoke(session, "run");
    const answer = new Answer(stream);
    stream.write(Buffer.concat([start(1), input()]));
    const [head] = await once(stream, "response");
    assert.equal(head[":status"], 200);
    assert.equal(head["content-type"], V6);
    assert.match(head["x-restate-server"], /^pawl-sdk-typescript\//);
    await answer.until(() => answer.lines().length === 2);
    assert.match(answer.lines()[1]!, /^ProposeRunCompletion/);
    stream.write(completion("RunCompletion", 1, value("1")));
    await answer.until(() => answer.ended);
    assert.deepEqual(answer.lines().slice(2), ['Output {"result":{"kind":"value","value":"1"}}', "End"]);
    stream.end();
    await once(stream, "close");
  });

  it("suspends when the server closes its side", async () => {
    const stream = invoke(session, "wait");
    const answer = new Answer(stream);
    stream.end(Buffer.concat([start(1), input()]));
    await answer.until(() => answer.ended);
    assert.equal(answer.lines().at(-1), 'Suspension {"completions":[1],"signals":[1]}');
  });

  it("gives up when the connection breaks", async () => {
    const gone = new Promise<void>((resolve) => {
      disconnected = resolve;
    });
    const stream = invoke(session, "wait");
    stream.on("error", () => {});
    const answer = new Answer(stream);
    stream.write(Buffer.concat([start(1), input()]));
    await answer.until(() => answer.lines().length === 1);
    stream.close(8);
    await gone;
  });

  it("holds back when the server reads slowly", async () => {
    const stream = invoke(session, "big");
    stream.pause();
    stream.write(Buffer.concat([start(1), input()]));
    await delay(100);
    const answer = new Answer(stream);
    stream.resume();
    await answer.until(() => answer.bytes > 5 * big.length + 100);
    await delay(10);
    assert.deepEqual(
      answer.lines().map((line) => line.split(" ")[0]),
      [...Array(5).fill("OneWayCall"), "Run", "ProposeRunCompletion"],
    );
    stream.write(completion("RunCompletion", 6, value("1")));
    await answer.until(() => answer.ended);
  });

  it("answers discovery and health over HTTP/2 with BIDI_STREAM", async () => {
    const stream = session.request({ ":path": "/discover" });
    const [head] = await once(stream, "response");
    assert.equal(head[":status"], 200);
    let body = "";
    for await (const chunk of stream) body += chunk;
    assert.equal(JSON.parse(body).protocolMode, "BIDI_STREAM");
    const missing = session.request({ ":path": "/nothing" });
    const [missingHead] = await once(missing, "response");
    assert.equal(missingHead[":status"], 404);
    missing.resume();
  });

  it("speaks HTTP/1.1 on the same port, request then response", async () => {
    const base = `http://127.0.0.1:${server.port}`;
    assert.equal(await (await fetch(`${base}/health`)).text(), "OK");
    const manifest = (await (await fetch(`${base}/discover`)).json()) as { protocolMode: string };
    assert.equal(manifest.protocolMode, "REQUEST_RESPONSE");
    const response = await fetch(`${base}/invoke/Test/run`, {
      method: "POST",
      headers: { "content-type": V6 },
      body: Buffer.concat([start(1), input()]),
    });
    assert.equal(response.headers.get("content-type"), V6);
    const lines = linesOf(new Uint8Array(await response.arrayBuffer()));
    assert.deepEqual(
      lines.map((line) => line.split(" ")[0]),
      ["Run", "ProposeRunCompletion", "Suspension"],
    );
    const done = await fetch(`${base}/invoke/Test/echo`, {
      method: "POST",
      headers: { "content-type": V6 },
      body: Buffer.concat([start(1), input('"hi"')]),
    });
    assert.deepEqual(linesOf(new Uint8Array(await done.arrayBuffer())), [
      'Output {"result":{"kind":"value","value":"\\"hi\\""}}',
      "End",
    ]);
    assert.equal((await fetch(`${base}/invoke/Test/echo`, { method: "POST" })).status, 415);
  });

  it("says why it cannot listen", async () => {
    const taken = createEndpointServer({ ...options, port: server.port, host: "127.0.0.1" });
    await assert.rejects(taken, { code: "EADDRINUSE" });
  });

  it("serves many streams at once", async () => {
    const streams = Array.from({ length: 200 }, () => {
      const stream = invoke(session, "echo");
      stream.end(Buffer.concat([start(1), input('"hi"')]));
      return new Answer(stream);
    });
    for (const answer of streams) {
      await answer.until(() => answer.ended);
      assert.equal(answer.lines().length, 2);
    }
  });
});

describe("a server of the user's own", () => {
  it("takes the handler over HTTP/1.1, bidirectional if asked", async () => {
    const server = createServer(createEndpointHandler({ ...options, bidirectional: true }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const request = http1Request({
      port,
      host: "127.0.0.1",
      method: "POST",
      path: "/prefix/invoke/Test/run",
      headers: { "content-type": V6 },
    });
    request.write(Buffer.concat([start(1), input()]));
    const [response] = await once(request, "response");
    const answer = new Answer(response);
    await answer.until(() => answer.lines().length === 2);
    request.end(completion("RunCompletion", 1, value("1")));
    await answer.until(() => answer.ended);
    assert.equal(answer.lines().at(-1), "End");
    server.close();
    server.closeAllConnections();
  });

  it("takes the handler over HTTP/2, request then response if asked", async () => {
    const handler = endpoint()
      .bind(test)
      .setLogger(() => {})
      .http2Handler({ bidirectional: false });
    const server = createHttp2Server(handler);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = invoke(session, "run");
    const answer = new Answer(stream);
    stream.write(Buffer.concat([start(1), input()]));
    await delay(30);
    assert.equal(answer.chunks.length, 0, "nothing before the request has ended");
    stream.end();
    await answer.until(() => answer.ended);
    assert.equal(answer.lines().at(-1), 'Suspension {"completions":[1],"signals":[1]}');
    session.destroy();
    server.close();
  });
});
