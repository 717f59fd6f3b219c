/** Clients of HTTP/2 on real sockets: Node's, curl, and some that break the rules. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { encodeFields, errorName, FrameParser, LARGEST_FRAME_BYTES, PREFACE } from "@pawl/http2";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { completion, input, linesOf, start, value } from "../machine/story.test.kit.js";
import { createEndpointServer, type EndpointServer } from "./node-server.js";

const V6 = "application/vnd.restate.invocation.v6";
const DONE_OF_1 = ['Output {"result":{"kind":"value","value":"1"}}', "End"];
const SETTINGS = Buffer.from("000000040000000000", "hex");

const storage = new AsyncLocalStorage<string>();
let waiting = 0;
let disconnections = 0;
let disconnected = (): void => {};

const echo = service({
  name: "Echo",
  handlers: {
    echo: async (_: Context, text: string) => text,
    run: async (ctx: Context) => ctx.run("r", () => 1),
    enter: async (_: Context) => {
      const entered = storage.getStore() ?? "nothing";
      storage.enterWith("something");
      return entered;
    },
    wait: async (ctx: Context) => {
      waiting++;
      ctx.request().attemptCompletedSignal.addEventListener("abort", () => {
        disconnections++;
        disconnected();
      });
      await ctx.sleep(1_000_000);
    },
  },
});
const options = { services: [echo], logger: () => {}, port: 0, host: "127.0.0.1" };

function invoke(session: ClientHttp2Session, handler: string): ClientHttp2Stream {
  return session.request({ ":method": "POST", ":path": `/invoke/Echo/${handler}`, "content-type": V6 });
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Resolves when so many attempts in all were told that they are over. */
function untilDisconnected(count: number): Promise<void> {
  return new Promise((resolve) => {
    disconnected = () => {
      if (disconnections >= count) resolve();
    };
    disconnected();
  });
}

describe("an endpoint over HTTP/2", () => {
  let server: EndpointServer;
  let session: ClientHttp2Session;
  before(async () => {
    server = await createEndpointServer(options);
    // By default Node's client breaks off streams when its session has 10 MB to hold.
    session = connect(`http://127.0.0.1:${server.port}`, { maxSessionMemory: 1000 });
  });
  after(async () => {
    session.destroy();
    await server.close();
  });

  /** A connection made by hand, and what its waiting handlers have said so far. */
  async function openByHand(...first: readonly Buffer[]): Promise<Socket> {
    const socket = connectTcp(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(Buffer.concat([Buffer.from(PREFACE), SETTINGS, ...first]));
    return socket;
  }

  function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
    const header = Buffer.alloc(9);
    header.writeUIntBE(payload.length, 0, 3);
    header.writeUInt8(type, 3);
    header.writeUInt8(flags, 4);
    header.writeUInt32BE(streamId, 5);
    return Buffer.concat([header, payload]);
  }

  function request(streamId: number, handler: string, body: Uint8Array): Buffer {
    const head = encodeFields([
      [":method", "POST"],
      [":scheme", "http"],
      [":path", `/invoke/Echo/${handler}`],
      ["content-type", V6],
    ]);
    return Buffer.concat([frame(1, 4, streamId, head), frame(0, 0, streamId, body)]);
  }

  it("carries large bodies both ways", async () => {
    const text = JSON.stringify("x".repeat(20_000_000));
    const stream = invoke(session, "echo");
    stream.end(Buffer.concat([start(1), input(text)]));
    const [output] = linesOf(await bodyOf(stream));
    assert.ok(output!.length > text.length);
  });

  it("takes a thousand streams at once, some of which the client gives up", async () => {
    const goal = disconnections + 100;
    const streams = Array.from({ length: 1000 }, (_, i) => {
      const stream = invoke(session, i % 10 === 0 ? "wait" : "run");
      stream.on("error", () => {});
      stream.write(Buffer.concat([start(1), input()]));
      return stream;
    });
    await Promise.all(
      streams.map(async (stream, i) => {
        if (i % 10 === 0) {
          await once(stream, "data");
          stream.close(8);
          return;
        }
        stream.end(completion("RunCompletion", 1, value("1")));
        assert.deepEqual(linesOf(await bodyOf(stream)).slice(-2), DONE_OF_1);
      }),
    );
    await untilDisconnected(goal);
  });

  it("answers who sends byte by byte", async () => {
    const socket = await openByHand();
    for (const byte of request(1, "echo", Buffer.concat([start(1), input('"hi"')])))
      socket.write(Buffer.of(byte));
    const seen: string[] = [];
    const parser = new FrameParser(
      {
        frame(type, flags, streamId, bytes, from, to) {
          seen.push(`${type} ${flags} ${streamId}`);
          if (type === 0) seen.push(...linesOf(bytes.subarray(from, to)));
        },
      },
      LARGEST_FRAME_BYTES,
    );
    for await (const chunk of socket) {
      parser.read(chunk);
      if (seen.includes("0 1 1")) break;
    }
    assert.deepEqual(seen.slice(-4), [
      "1 4 1",
      "0 1 1",
      'Output {"result":{"kind":"value","value":"\\"hi\\""}}',
      "End",
    ]);
  });

  it("keeps what a handler enters into AsyncLocalStorage from the others of its connection", async () => {
    for (let i = 0; i < 2; i++) {
      const stream = invoke(session, "enter");
      stream.end(Buffer.concat([start(1), input()]));
      assert.match(linesOf(await bodyOf(stream))[0]!, /nothing/);
    }
  });

  it("says goodbye to a client that breaks the rules, and gives up its attempts alone", async () => {
    const opening = Buffer.concat([start(1), input()]);
    const goal = disconnections + 1;
    const others = waiting + 2;
    const other = invoke(session, "wait");
    other.write(opening);
    await once(other, "data");
    const socket = await openByHand(request(1, "wait", opening));
    const received: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      if (waiting === others) socket.write(frame(0, 0, 9, Buffer.of(0)));
    });
    await once(socket, "close");
    await untilDisconnected(goal);
    const goodbye = Buffer.concat(received).subarray(-17);
    assert.equal(goodbye[3], 7);
    assert.equal(goodbye.readUInt32BE(9), 1);
    assert.equal(errorName(goodbye.readUInt32BE(13)), "PROTOCOL_ERROR");
    assert.equal(disconnections, goal, "the other connection goes on");
    other.end();
    assert.match(linesOf(await bodyOf(other)).at(-1)!, /^Suspension/);
  });

  it("gives up attempts whose client has gone, and when it is closed", async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      const goal = disconnections + 1;
      const running = waiting + 1;
      const socket = await openByHand(request(1, "wait", Buffer.concat([start(1), input()])));
      while (waiting < running) await once(socket, "data");
      end(socket);
      await untilDisconnected(goal);
    }
    const second = await createEndpointServer(options);
    const ownSession = connect(`http://127.0.0.1:${second.port}`);
    ownSession.on("error", () => {});
    const stream = invoke(ownSession, "wait");
    stream.on("error", () => {});
    stream.write(Buffer.concat([start(1), input()]));
    await once(stream, "data");
    const goal = disconnections + 1;
    await second.close();
    await untilDisconnected(goal);
    ownSession.destroy();
  });

  it("waits for the whole request if it is to exchange nothing while the handler runs", async () => {
    const second = await createEndpointServer({ ...options, bidirectional: false });
    const ownSession = connect(`http://127.0.0.1:${second.port}`);
    await once(ownSession, "connect");
    const stream = invoke(ownSession, "run");
    let isEnded = false;
    stream.on("response", () => assert.ok(isEnded, "nothing before the request has ended"));
    stream.write(Buffer.concat([start(1), input()]));
    await new Promise<void>((resolve, reject) => {
      ownSession.ping((error) => (error === null ? resolve() : reject(error)));
    });
    isEnded = true;
    stream.end();
    assert.match(linesOf(await bodyOf(stream)).at(-1)!, /^Suspension/);
    ownSession.destroy();
    await second.close();
  });

  it("answers curl", async (test) => {
    const run = promisify(execFile);
    const base = `http://127.0.0.1:${server.port}`;
    const curl = (...flags: string[]) =>
      run("curl", ["-sS", "--max-time", "20", "--http2-prior-knowledge", ...flags]);
    try {
      await run("curl", ["--version"]);
    } catch {
      test.skip("there is no curl");
      return;
    }
    const { stdout } = await curl("-w", " %{http_version} %{http_code}", `${base}/health`);
    assert.equal(stdout, "OK 2 200");
    // Answered before the body is there, which is then of no use to anybody.
    const large = await curl(
      "-w",
      "%{http_code}",
      "-o",
      "/dev/null",
      "-d",
      "x".repeat(100_000),
      `${base}/nothing`,
    );
    assert.equal(large.stdout, "404");
  });
});
