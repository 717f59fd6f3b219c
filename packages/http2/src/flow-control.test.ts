import assert from "node:assert/strict";
import { test } from "node:test";
import {
  data,
  headers,
  random,
  settings,
  TestSession,
  type TestStream,
  windowUpdate,
} from "./peer.test.kit.js";

const OK = { ":status": "200" };

/** What went out on a stream since the last call, and whether it ended. */
function sentOn(run: TestSession): Map<number, { bytes: Buffer; isLast: boolean; frames: number }> {
  const streams = new Map<number, { bytes: Buffer; isLast: boolean; frames: number }>();
  for (const { type, flags, streamId, payload } of run.sent()) {
    if (type !== 0) continue;
    const sent = streams.get(streamId) ?? { bytes: Buffer.alloc(0), isLast: false, frames: 0 };
    sent.bytes = Buffer.concat([sent.bytes, payload]);
    sent.isLast = (flags & 1) !== 0;
    sent.frames++;
    streams.set(streamId, sent);
  }
  return streams;
}

function content(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

test("a body goes out as the windows let it, in order, and ends once", () => {
  const body = content(200_000);
  for (const initial of [0, 1, 100, 16_384, 65_535, 1_000_000]) {
    const run = TestSession.established([4, initial]);
    const { stream, events } = run.open();
    let at = 0;
    const chunks: Buffer[] = [];
    while (at < body.length) {
      const end = at + 1 + random(40_000);
      chunks.push(body.subarray(at, end));
      at = end;
    }
    stream.write(chunks.slice(0, 2), false);
    stream.write(chunks.slice(2), true);
    const got: Buffer[] = [];
    let isLast = false;
    let allowed = Math.min(initial, 65_535);
    let total = 0;
    for (let i = 0; i < 10_000 && !isLast; i++) {
      for (let sent = sentOn(run).get(1); sent !== undefined; sent = sentOn(run).get(1)) {
        got.push(sent.bytes);
        total += sent.bytes.length;
        isLast = sent.isLast;
      }
      assert.ok(total <= allowed, `${total} of ${allowed}`);
      const more = 1 + random(30_000);
      run.receive(windowUpdate(1, more), windowUpdate(0, more));
      allowed += more;
    }
    assert.deepEqual(Buffer.concat(got), body);
    assert.equal(isLast, true);
    assert.deepEqual(
      events.filter((event) => event !== "drained"),
      [],
    );
  }
});

test("what has waited is told once it has gone out", () => {
  const run = TestSession.established([4, 10]);
  const { stream, events } = run.open();
  assert.equal(stream.write([content(10)], false), true);
  assert.equal(stream.write([content(10)], false), false);
  assert.equal(stream.write([content(10)], false), false);
  run.receive(windowUpdate(1, 15));
  assert.equal(sentOn(run).get(1)!.bytes.length, 25);
  assert.deepEqual(events, []);
  run.receive(windowUpdate(1, 15));
  assert.equal(sentOn(run).get(1)!.bytes.length, 5);
  assert.deepEqual(events, ["drained"]);
  stream.end();
  assert.deepEqual([...sentOn(run)][0]![1].isLast, true);
});

test("SETTINGS change the windows of open streams, also below 0", () => {
  const run = TestSession.established([4, 1000]);
  const { stream } = run.open();
  stream.write([content(5000)], true);
  assert.equal(sentOn(run).get(1)!.bytes.length, 1000);
  // 1000 were sent: the window is -900 now.
  run.receive(settings([4, 100]), windowUpdate(1, 900));
  assert.equal(sentOn(run).size, 0);
  run.receive(windowUpdate(1, 1));
  assert.equal(sentOn(run).get(1)!.bytes.length, 1);
  run.receive(settings([4, 2100]));
  assert.equal(sentOn(run).get(1)!.bytes.length, 2000);
  assert.equal(sentOn(run).size, 0);
});

test("frames are as large as the peer takes them, up to our own bound", () => {
  for (const [peer, largest] of [
    [16_384, 16_384],
    [30_000, 30_000],
    [2 ** 24 - 1, 65_536],
  ] as const) {
    const run = TestSession.established([5, peer], [4, 1_000_000]);
    run.receive(windowUpdate(0, 1_000_000));
    run.open().stream.write([content(150_000)], true);
    const lengths = run
      .sent()
      .filter(({ type }) => type === 0)
      .map(({ payload }) => payload.length);
    assert.equal(Math.max(...lengths), largest);
  }
});

test("streams share a narrow connection fairly, and small ones are not stuck behind large ones", () => {
  const run = TestSession.established([4, 10_000_000]);
  const streams: TestStream[] = [];
  for (let i = 0; i < 4; i++) {
    streams.push(run.open());
    streams[i]!.stream.write([content(1_000_000)], true);
  }
  const small = run.open();
  small.stream.write([content(10)], true);
  const totals = [0, 0, 0, 0, 0];
  for (let i = 0; i < 20; i++) {
    run.receive(windowUpdate(0, 65_536));
    for (const [id, { bytes }] of sentOn(run)) totals[(id - 1) / 2]! += bytes.length;
  }
  assert.equal(totals[4], 10);
  const large = totals.slice(0, 4);
  assert.ok(Math.max(...large) - Math.min(...large) <= 2 * 16_384, large.join());
});

test("a turn is bounded, and a socket that takes no more holds everything but small frames", () => {
  const run = TestSession.established([4, 2 ** 31 - 1]);
  run.receive(windowUpdate(0, 2 ** 30));
  const { stream, events } = run.open();
  stream.write([content(1_000_000)], false);
  let length = Buffer.concat(run.session.output()).length;
  assert.ok(length >= 256 * 1024 && length < 300 * 1024, `${length}`);
  assert.equal(run.session.hasMore, true);
  run.session.isHeld = true;
  assert.equal(run.session.hasMore, false);
  assert.equal(run.sent().length, 0);
  run.session.isHeld = false;
  while (run.session.hasMore) length += Buffer.concat(run.session.output()).length;
  assert.ok(length > 1_000_000);
  assert.deepEqual(events, ["drained"]);
});

test("what has come is announced again when half a window is used, on the stream while it lasts", () => {
  const run = TestSession.established();
  const stream = run.open();
  run.receive(headers(1, OK));
  const increments = [0, 0];
  const chunk = Buffer.alloc(16_384);
  for (let i = 0; i < 3200; i++) {
    run.receive(data(1, chunk));
    for (const { type, streamId, payload } of run.sent()) {
      if (type === 8) increments[streamId]! += payload.readUInt32BE(0);
    }
  }
  const total = 3200 * 16_384;
  assert.equal(stream.received, total);
  assert.ok(total - increments[0]! < 4 * 2 ** 20 && total - increments[1]! < 2 ** 20, increments.join());
  run.receive(data(1, chunk, true));
  assert.equal(stream.events.at(-1), "ended");
});

test("a window update for what closed streams sent", () => {
  const run = TestSession.established();
  run.open().stream.reset(8);
  let increment = 0;
  for (let i = 0; i < 300; i++) {
    run.receive(data(1, Buffer.alloc(16_384)));
    for (const { type, streamId, payload } of run.sent()) {
      if (type === 8 && streamId === 0) increment += payload.readUInt32BE(0);
    }
  }
  assert.ok(increment >= 4 * 2 ** 20);
});
