import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { FrameDecoder, messageName } from "@pawl/protocol";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { input, journal } from "../machine/story.test.kit.js";
import { createEndpointHandler, endpoint } from "./fetch-handler.js";

const decoder = new TextDecoder();
const LARGE_BYTES = 300 * 1024;
let aborted: Promise<unknown> | undefined;

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: Context, name: string) => `${name}, ${ctx.request().extraArgs[0]}`,
    wait: async (ctx: Context) => {
      const signal = ctx.request().attemptCompletedSignal;
      aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await ctx.awakeable().promise;
    },
    /** Says more than a slow reader takes at once. */
    talk: async (ctx: Context) => {
      for (let i = 0; i < 3; i++)
        ctx.genericSend({ service: "S", method: "m", parameter: new Uint8Array(LARGE_BYTES) });
      await ctx.awakeable().promise;
    },
  },
});

const url = (path: string): string => `https://example.com/prefix${path}`;
const INVOCATION_TYPE = "application/vnd.restate.invocation.v6";

/** The server's words about a fresh invocation. */
const opening = (name: string): Uint8Array =>
  new Uint8Array(Buffer.concat(journal([input(JSON.stringify(name))])));

function invoke(handler: string, body: Uint8Array | ReadableStream, signal?: AbortSignal): Request {
  return new Request(url(`/invoke/Greeter/${handler}`), {
    method: "POST",
    headers: { "content-type": INVOCATION_TYPE },
    body,
    duplex: "half",
    ...(signal && { signal }),
  } as RequestInit);
}

/** Names of the messages in the answer. */
function names(body: Uint8Array): string[] {
  const frames = new FrameDecoder();
  frames.push(body);
  const found: string[] = [];
  for (let frame = frames.next(); frame !== undefined; frame = frames.next())
    found.push(messageName(frame.type));
  return found;
}

const options = { services: [greeter], logger: () => {} };

describe("the fetch handler", () => {
  beforeEach(() => {
    aborted = undefined;
  });

  it("answers discovery with its mode, which is request and response by default", async () => {
    const modeOf = async (handler: (request: Request) => Promise<Response>): Promise<string> =>
      ((await (await handler(new Request(url("/discover")))).json()) as { protocolMode: string })
        .protocolMode;
    assert.equal(await modeOf(createEndpointHandler(options)), "REQUEST_RESPONSE");
    assert.equal(await modeOf(createEndpointHandler({ ...options, bidirectional: true })), "BIDI_STREAM");
    const built = endpoint()
      .bind(greeter)
      .setLogger(() => {});
    assert.equal(await modeOf(built.handler().fetch), "REQUEST_RESPONSE");
    assert.equal(await modeOf(built.bidirectional().handler().fetch), "BIDI_STREAM");
    assert.equal(await modeOf(built.bidirectional(false).handler().fetch), "REQUEST_RESPONSE");
  });

  it("answers what it does not know with 404", async () => {
    const response = await createEndpointHandler(options)(new Request(url("/nothing")));
    assert.equal(response.status, 404);
    assert.equal(response.headers.get("content-type"), "application/json");
  });

  it("runs a handler, which finds what the platform passed along", async () => {
    const response = await createEndpointHandler(options)(invoke("greet", opening("Ada")), "of the platform");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), INVOCATION_TYPE);
    const body = new Uint8Array(await response.arrayBuffer());
    assert.deepEqual(names(body), ["Output", "End"]);
    assert.match(decoder.decode(body), /"Ada, of the platform"/);
  });

  it("suspends a handler that has to wait once the request has ended", async () => {
    const response = await createEndpointHandler(options)(invoke("wait", opening("")));
    assert.deepEqual(names(new Uint8Array(await response.arrayBuffer())), ["Suspension"]);
  });

  it("exchanges messages while the handler runs, if bidirectional", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const handler = createEndpointHandler({ ...options, bidirectional: true });
    const response = await handler(invoke("talk", readable));
    const writer = writable.getWriter();
    await writer.write(opening(""));
    const reader = response.body!.getReader();
    const first = await reader.read();
    assert.equal(names(first.value!)[0], "OneWayCall");
    await writer.close();
    const rest: Uint8Array[] = [first.value!];
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest.push(next.value);
    assert.deepEqual(names(new Uint8Array(Buffer.concat(rest))), [
      "OneWayCall",
      "OneWayCall",
      "OneWayCall",
      "Suspension",
    ]);
  });

  it("ends the attempt when the caller is gone", async () => {
    const controller = new AbortController();
    const handler = createEndpointHandler({ ...options, bidirectional: true });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const response = await handler(invoke("wait", readable, controller.signal));
    await writable.getWriter().write(opening(""));
    while (aborted === undefined) await new Promise(setImmediate);
    controller.abort();
    await aborted;
    await assert.rejects(response.arrayBuffer(), { name: "AbortError" });
  });

  it("ends the attempt when nobody reads the answer any more", async () => {
    const handler = createEndpointHandler({ ...options, bidirectional: true });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const response = await handler(invoke("wait", readable));
    await writable.getWriter().write(opening(""));
    while (aborted === undefined) await new Promise(setImmediate);
    await response.body!.cancel();
    await aborted;
  });
});
