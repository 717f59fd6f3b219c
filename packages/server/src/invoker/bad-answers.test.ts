import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrames, MessageType } from "@pawl/protocol";
import { attemptOn, DONE, OUTPUT, RunningAttempt, startHttp2Endpoint, testInvoker } from "./harness.test.js";

/** An endpoint that answers with these bytes, in these chunks, and the attempt on it. */
async function answeredWith(
  chunks: readonly Uint8Array[],
  maxPayloadBytes?: number,
): Promise<RunningAttempt> {
  const endpoint = await startHttp2Endpoint(async ({ stream, headers }) => {
    stream.respond({ ":status": 200, "content-type": headers["content-type"] });
    for (const chunk of chunks) await new Promise((resolve) => stream.write(chunk, resolve));
    stream.end();
  });
  const invoker = testInvoker(maxPayloadBytes === undefined ? {} : { maxPayloadBytes });
  return new RunningAttempt(invoker, attemptOn(endpoint.uri));
}

test("a body that is no frames is RT0012, and the message shows its beginning", async () => {
  const run = await answeredWith([Buffer.from("<!DOCTYPE html><html><body>It works!")]);
  const failure = await run.failureOf();
  assert.equal(failure.docCode, "RT0012");
  assert.equal(failure.code, 571);
  assert.match(failure.message, /no stream of frames: it begins with "<!DOCTYPE html>/);
  assert.deepEqual(run.types, []);
});

test("binary rubbish is RT0012, too", async () => {
  const run = await answeredWith([Buffer.from("ffffffffffffffffffff", "hex")]);
  const failure = await run.failureOf();
  assert.equal(failure.docCode, "RT0012");
  assert.match(failure.message, /0xffff/);
});

test("an answer that ends within a frame is RT0012, after the frames before it", async () => {
  const bytes = encodeFrames([OUTPUT, OUTPUT]);
  const run = await answeredWith([bytes.subarray(0, bytes.length - 3)]);
  const failure = await run.failureOf();
  assert.equal(failure.docCode, "RT0012");
  assert.match(failure.message, /ended within a frame/);
  assert.deepEqual(run.types, [MessageType.Output]);
});

test("an answer that ends without a terminal frame is RT0010, after its frames", async () => {
  const run = await answeredWith([encodeFrames([OUTPUT])]);
  const failure = await run.failureOf();
  assert.equal(failure.docCode, "RT0010");
  assert.match(failure.message, /ended before the handler did/);
  assert.deepEqual(run.types, [MessageType.Output]);
});

test("an empty answer is RT0010", async () => {
  assert.equal((await (await answeredWith([])).failureOf()).docCode, "RT0010");
});

test("a frame above the limit is RT0003 as soon as it is announced", async () => {
  const header = Buffer.from("0401000000001001", "hex");
  const run = await answeredWith([encodeFrames([OUTPUT]), header], 4096);
  const failure = await run.failureOf();
  assert.equal(failure.docCode, "RT0003");
  assert.match(failure.message, /4097 bytes; the limit is 4096.*message-size-limit/);
  assert.deepEqual(run.types, [MessageType.Output]);
});

test("frames that come byte by byte are put together", async () => {
  const bytes = encodeFrames([OUTPUT, { type: MessageType.End, payload: new Uint8Array(0) }]);
  const run = await answeredWith(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  assert.deepEqual(await run.outcome(), DONE);
});

test("a stream that the endpoint resets is RT0010", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => invocation.stream.close(2));
  const failure = await new RunningAttempt(testInvoker(), attemptOn(endpoint.uri)).failureOf();
  assert.equal(failure.docCode, "RT0010");
  assert.match(failure.message, /reset the stream: INTERNAL_ERROR/);
});
