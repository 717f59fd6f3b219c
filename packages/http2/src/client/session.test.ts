import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, errorName } from "../error-codes.js";
import { encodeFields } from "../hpack/encoder.js";
import {
  breaks,
  bytes,
  data,
  frame,
  framesIn,
  goAway,
  headers,
  ping,
  rstStream,
  settings,
  TestSession,
  type TestStream,
  uint32,
  windowUpdate,
} from "../peer.test.kit.js";

const OK = { ":status": "200", "content-type": "x" };

/** A session with one open stream, whose request is on its way. */
function withStream(): { run: TestSession; stream: TestStream } {
  const run = TestSession.established();
  const stream = run.open();
  stream.stream.write([Buffer.from("hi")], false);
  run.sent();
  return { run, stream };
}

/** The peer's frames break the stream but not the connection. */
function failsStream(frames: readonly Buffer[], code: keyof typeof ErrorCode, says: RegExp): void {
  const { run, stream } = withStream();
  run.receive(...frames);
  assert.equal(stream.events.at(-1), "closed");
  assert.match(stream.stream.problem ?? "", says);
  const [reset] = run.sent().filter(({ type }) => type === 3);
  assert.equal(errorName(reset!.payload.readUInt32BE(0)), code);
  // Frames that were on their way, and the connection goes on.
  run.receive(data(1, bytes("00")), headers(1, OK, true), rstStream(1, 0), windowUpdate(1, 5));
  const next = run.open();
  run.receive(headers(3, OK), data(3, bytes("00"), true));
  assert.deepEqual(next.events, ["200", "data", "ended"]);
}

test("it begins with preface, SETTINGS and a wide window, and acknowledges the peer's SETTINGS", () => {
  const run = new TestSession();
  const begin = Buffer.concat(run.session.output());
  assert.equal(begin.toString("latin1", 0, 24), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  assert.deepEqual(
    framesIn(begin).map(({ type, streamId }) => [type, streamId]),
    [
      [4, 0],
      [8, 0],
    ],
  );
  run.receive(settings([3, 7], [99, 1]));
  assert.deepEqual(run.events, ["settings"]);
  assert.equal(run.session.peer.maxConcurrentStreams, 7);
  assert.deepEqual(run.sent(), [{ type: 4, flags: 1, streamId: 0, payload: Buffer.alloc(0) }]);
  run.receive(frame(4, 1, 0, ""));
  assert.deepEqual(run.sent(), []);
});

test("a request and its answer, with interim responses, padding, priority and trailers", () => {
  const { run, stream } = withStream();
  const block = encodeFields(Object.entries(OK));
  run.receive(headers(1, { ":status": "100" }), headers(1, { ":status": "103", link: "x" }));
  run.receive(frame(1, 0x2c, 1, Buffer.concat([Buffer.of(3), Buffer.alloc(5), block, Buffer.alloc(3)])));
  run.receive(frame(0, 8, 1, "02 aabb 0000"), data(1, bytes("cc")), headers(1, { "x-sum": "1" }, true));
  assert.deepEqual(stream.events, ["200", "data", "ended"]);
  assert.equal(stream.received, 3);
  assert.equal(run.session.streamCount, 1, "the request side is open");
  stream.stream.end();
  assert.deepEqual(run.sent(), [{ type: 0, flags: 1, streamId: 1, payload: Buffer.alloc(0) }]);
  assert.deepEqual(stream.events, ["200", "data", "ended", "closed"]);
  assert.equal(run.session.streamCount, 0);
});

test("an answer that is a head only", () => {
  const { run, stream } = withStream();
  run.receive(headers(1, { ":status": "503", "retry-after": "1" }, true));
  assert.deepEqual(stream.events, ["503", "ended"]);
});

test("header blocks in many frames, cut anywhere", () => {
  const block = encodeFields([...Object.entries(OK), ["x-long", "y".repeat(50)]]);
  for (let cut = 0; cut < block.length; cut++) {
    const { run, stream } = withStream();
    run.receive(frame(1, 1, 1, block.subarray(0, cut)), frame(9, 0, 1, ""));
    run.receive(frame(9, 4, 1, block.subarray(cut)));
    assert.deepEqual(stream.events, ["200", "ended"]);
  }
});

test("a header block that other frames interrupt, or that has no end, breaks the connection", () => {
  const begin = frame(1, 0, 1, "88");
  for (const other of [
    ping("0000000000000000"),
    data(1, bytes("00")),
    frame(9, 4, 3, ""),
    frame(77, 0, 0, ""),
  ]) {
    breaks("PROTOCOL_ERROR", () => withStream().run.receive(begin, other), /interrupt/);
  }
  breaks("PROTOCOL_ERROR", () => withStream().run.receive(frame(9, 4, 1, "88")), /CONTINUATION of nothing/);
  const { run } = withStream();
  const part = frame(9, 0, 1, Buffer.alloc(10_000));
  breaks("ENHANCE_YOUR_CALM", () => run.receive(begin, ...new Array(10).fill(part)), /too many bytes/);
  const empty = frame(9, 0, 1, "");
  breaks("ENHANCE_YOUR_CALM", () => withStream().run.receive(begin, ...new Array(200).fill(empty)));
});

for (const [what, code, frames] of [
  ["DATA on no stream", "PROTOCOL_ERROR", [data(0, bytes("00"))]],
  ["DATA on a stream that nobody opened", "PROTOCOL_ERROR", [data(3, bytes("00"))]],
  ["DATA with too much padding", "PROTOCOL_ERROR", [headers(1, OK), frame(0, 8, 1, "0500")]],
  ["DATA without the length of its padding", "FRAME_SIZE_ERROR", [headers(1, OK), frame(0, 8, 1, "")]],
  ["HEADERS on no stream", "PROTOCOL_ERROR", [headers(0, OK)]],
  ["HEADERS on a stream of the peer", "PROTOCOL_ERROR", [headers(2, OK)]],
  ["HEADERS that cannot be decoded", "COMPRESSION_ERROR", [frame(1, 4, 1, "be")]],
  ["RST_STREAM of a wrong size", "FRAME_SIZE_ERROR", [frame(3, 0, 1, "000000")]],
  ["RST_STREAM on no stream", "PROTOCOL_ERROR", [rstStream(0, 0)]],
  ["RST_STREAM on a stream that nobody opened", "PROTOCOL_ERROR", [rstStream(5, 0)]],
  ["SETTINGS on a stream", "PROTOCOL_ERROR", [frame(4, 0, 1, "")]],
  ["SETTINGS of a wrong size", "FRAME_SIZE_ERROR", [frame(4, 0, 0, "0001")]],
  ["acknowledged SETTINGS with a payload", "FRAME_SIZE_ERROR", [frame(4, 1, 0, "000100000000")]],
  ["push", "PROTOCOL_ERROR", [settings([2, 1])]],
  ["a window of 2^31", "FLOW_CONTROL_ERROR", [settings([4, 2 ** 31])]],
  ["frames of 16383 bytes", "PROTOCOL_ERROR", [settings([5, 16_383])]],
  ["frames of 2^24 bytes", "PROTOCOL_ERROR", [settings([5, 2 ** 24])]],
  ["PUSH_PROMISE", "PROTOCOL_ERROR", [frame(5, 4, 1, "0000000288")]],
  ["PING on a stream", "PROTOCOL_ERROR", [frame(6, 0, 1, "0000000000000000")]],
  ["PING of a wrong size", "FRAME_SIZE_ERROR", [frame(6, 0, 0, "00")]],
  ["PRIORITY on no stream", "PROTOCOL_ERROR", [frame(2, 0, 0, "0000000000")]],
  ["PRIORITY of a wrong size", "FRAME_SIZE_ERROR", [frame(2, 0, 1, "00000000")]],
  ["GOAWAY on a stream", "PROTOCOL_ERROR", [frame(7, 0, 1, "0000000000000000")]],
  ["GOAWAY of a wrong size", "FRAME_SIZE_ERROR", [frame(7, 0, 0, "00000000")]],
  ["WINDOW_UPDATE of a wrong size", "FRAME_SIZE_ERROR", [frame(8, 0, 1, "00")]],
  ["WINDOW_UPDATE by 0", "PROTOCOL_ERROR", [windowUpdate(0, 0)]],
  ["a connection's window beyond 2^31 - 1", "FLOW_CONTROL_ERROR", [windowUpdate(0, 2 ** 31 - 1)]],
  [
    "windows that SETTINGS make too wide",
    "FLOW_CONTROL_ERROR",
    [windowUpdate(1, 2 ** 31 - 70_000), settings([4, 2 ** 20])],
  ],
] as const) {
  test(`${what} breaks the connection: ${code}`, () => {
    breaks(code, () => withStream().run.receive(...frames));
  });
}

test("the peer's first frame must be its SETTINGS", () => {
  for (const first of [ping("0000000000000000"), frame(4, 1, 0, ""), goAway(0, 0)]) {
    breaks("PROTOCOL_ERROR", () => new TestSession().receive(first), /no SETTINGS/);
  }
});

for (const [what, code, frames] of [
  ["an answer without :status", "PROTOCOL_ERROR", [headers(1, { "content-type": "x" })]],
  ["a bad :status", "PROTOCOL_ERROR", [headers(1, { ":status": "2x0" })]],
  ["a bad :status", "PROTOCOL_ERROR", [frame(1, 4, 1, "8888")]],
  ["status 101", "PROTOCOL_ERROR", [headers(1, { ":status": "101" })]],
  ["interim status", "PROTOCOL_ERROR", [headers(1, { ":status": "103" }, true)]],
  ['field ":path"', "PROTOCOL_ERROR", [headers(1, { ...OK, ":path": "/" })]],
  ['field "X"', "PROTOCOL_ERROR", [headers(1, { ...OK, X: "1" })]],
  ['field ""', "PROTOCOL_ERROR", [headers(1, { ...OK, "": "1" })]],
  ["field connection", "PROTOCOL_ERROR", [headers(1, { ...OK, connection: "close" })]],
  ["bad value of x", "PROTOCOL_ERROR", [headers(1, { ...OK, x: "a\nb" })]],
  ["bad value of x", "PROTOCOL_ERROR", [headers(1, { ...OK, x: " a" })]],
  ["bad content-length", "PROTOCOL_ERROR", [headers(1, { ...OK, "content-length": "-1" })]],
  [
    "1 bytes, but a content-length of 2",
    "PROTOCOL_ERROR",
    [headers(1, { ...OK, "content-length": "2" }), data(1, bytes("00"), true)],
  ],
  ["more than 65536 bytes of fields", "PROTOCOL_ERROR", [frame(1, 4, 1, Buffer.alloc(16_000, 0x90))]],
  ["trailers that do not end", "PROTOCOL_ERROR", [headers(1, OK), headers(1, { x: "1" })]],
  ["second :status", "PROTOCOL_ERROR", [headers(1, OK), headers(1, OK, true)]],
  ["DATA out of place", "PROTOCOL_ERROR", [data(1, bytes("00"))]],
  ["DATA out of place", "STREAM_CLOSED", [headers(1, OK, true), data(1, bytes("00"))]],
  ["HEADERS after the end", "PROTOCOL_ERROR", [headers(1, OK, true), headers(1, { x: "1" }, true)]],
  ["WINDOW_UPDATE by 0", "PROTOCOL_ERROR", [windowUpdate(1, 0)]],
  ["a window of more", "FLOW_CONTROL_ERROR", [windowUpdate(1, 2 ** 31 - 1)]],
] as const) {
  test(`${what}: the stream is reset with ${code}, and the connection goes on`, () => {
    failsStream(frames, code, new RegExp(what));
  });
}

test("a stream that the peer resets is closed, with its code", () => {
  const { run, stream } = withStream();
  run.receive(headers(1, OK), data(1, bytes("00")), rstStream(1, 2));
  assert.deepEqual(stream.events, ["200", "data", "closed"]);
  assert.equal(stream.stream.resetCode, 2);
  assert.deepEqual(run.sent(), []);
});

test("a stream that its owner resets reports nothing more, and sends nothing more", () => {
  const { run, stream } = withStream();
  stream.stream.write([Buffer.alloc(1_000_000)], true);
  stream.stream.reset(8);
  stream.stream.reset(8);
  assert.deepEqual(run.sent(), [{ type: 3, flags: 0, streamId: 1, payload: uint32(8) }]);
  run.receive(headers(1, OK), data(1, bytes("00"), true), windowUpdate(1, 100));
  assert.deepEqual(stream.events, []);
  assert.deepEqual(run.sent(), []);
});

test("a request that the peer has reset after its answer is not ended any more", () => {
  const { run, stream } = withStream();
  stream.ended = () => stream.stream.end();
  run.receive(headers(1, OK, true), rstStream(1, 0));
  assert.deepEqual(stream.events, ["200", "closed"]);
  assert.deepEqual(run.sent(), []);
});

test("GOAWAY: streams above its last one count as refused, the others go on", () => {
  const run = TestSession.established();
  const streams = [run.open(), run.open(), run.open()];
  run.receive(goAway(2 ** 31 - 1, 0), goAway(3, 0));
  assert.deepEqual(run.events, ["goaway 0 2147483647", "goaway 0 3"]);
  assert.deepEqual(
    streams.map(({ events }) => events.join()),
    ["", "", "closed"],
  );
  assert.equal(streams[2]!.stream.resetCode, 7);
  run.receive(headers(3, OK, true));
  assert.deepEqual(streams[1]!.events, ["200", "ended"]);
});

test("PING is answered, and ours is recognized", () => {
  const run = TestSession.established();
  run.receive(ping("0102030405060708"));
  assert.deepEqual(run.sent(), [{ type: 6, flags: 1, streamId: 0, payload: bytes("0102030405060708") }]);
  run.session.ping();
  const [{ payload, flags }] = run.sent() as [ReturnType<typeof run.sent>[0]];
  assert.equal(flags, 0);
  run.receive(ping("ffffffffffffffff", true));
  assert.deepEqual(run.events, []);
  run.receive(ping(payload.toString("hex"), true), ping(payload.toString("hex"), true));
  assert.deepEqual(run.events, ["pong"]);
});

for (const [what, flood] of [
  ["PING", ping("0000000000000000")],
  ["SETTINGS", settings([3, 100])],
  ["RST_STREAM of closed streams", rstStream(1, 8)],
  ["WINDOW_UPDATE", windowUpdate(0, 1)],
  ["unknown frames", frame(99, 0, 0, "")],
  ["PRIORITY", frame(2, 0, 1, "0000000000")],
  ["empty DATA", data(3, bytes(""))],
  ["interim responses", headers(5, { ":status": "103" })],
] as const) {
  test(`a flood of ${what} breaks the connection, before memory grows`, () => {
    const run = TestSession.established();
    run.open().stream.reset(8);
    run.open();
    run.open();
    run.receive(headers(3, OK));
    let sent = 0;
    breaks("ENHANCE_YOUR_CALM", () => {
      for (; sent < 1_000_000; sent += 100) run.receive(...new Array(100).fill(flood));
    });
    assert.ok(sent >= 5_000 && sent < 100_000, `${sent}`);
  });
}

test("attempts without end are no flood, though each comes with control frames", () => {
  const run = TestSession.established();
  for (let id = 1; id < 100_000; id += 2) {
    const stream = run.open();
    stream.stream.write([bytes("00")], true);
    run.receive(windowUpdate(id, 1), windowUpdate(0, 1), ping("0000000000000000"));
    run.receive(headers(id, OK), data(id, bytes("00")), data(id, bytes(""), true), rstStream(id, 0));
    assert.equal(stream.events.at(-1), "closed");
    run.session.output();
  }
});

test("a peer without a table is told that ours stays empty", () => {
  const run = TestSession.established([1, 0]);
  run.open();
  run.open();
  const [first, second] = run.sent();
  assert.deepEqual([first!.payload[0], second!.payload[0]], [0x20, 0x83]);
  run.receive(settings([1, 4096]), settings([1, 0]));
  run.sent();
  run.open();
  assert.equal(run.sent()[0]!.payload[0], 0x83);
});

test("answers with the same fields are decoded once, whatever happens to the table in between", () => {
  const run = TestSession.established();
  const indexed = "88 5f0178";
  const reference = "88 be";
  for (const [hex, contentType] of [
    [indexed, "x"],
    [reference, "x"],
    [reference, "x"],
    ["88 5f0179", "y"],
    [reference, "y"],
    [reference, "y"],
    ["20 88", undefined],
    ["3fe11f 885f017a", "z"],
    [reference, "z"],
  ] as const) {
    const stream = run.open();
    let got: string | undefined;
    stream.headers = (fields) => {
      got = fields.contentType;
    };
    run.receive(frame(1, 4, stream.stream.id, hex));
    assert.equal(got, contentType);
  }
});
