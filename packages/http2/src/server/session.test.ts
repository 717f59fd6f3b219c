import assert from "node:assert/strict";
import { test } from "node:test";
import { errorName } from "../error-codes.js";
import { encodeFields } from "../hpack/encoder.js";
import { MAX_CONCURRENT_STREAMS } from "../limits.js";
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
  TestServer,
  type TestServerStream,
  uint32,
  windowUpdate,
} from "../peer.test.kit.js";

const POST = { ":method": "POST", ":scheme": "http", ":authority": "a:1", ":path": "/p?q" };
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** A session with one stream whose request is open. */
function withStream(): { run: TestServer; stream: TestServerStream } {
  const run = TestServer.established().receive(headers(1, POST));
  return { run, stream: run.streams[0]! };
}

/** The code that a stream was reset with. */
function resetOf(run: TestServer, id: number): string | undefined {
  const reset = run.sent().find(({ type, streamId }) => type === 3 && streamId === id);
  return reset && errorName(reset.payload.readUInt32BE(0));
}

test("it begins with SETTINGS and a wide window, and acknowledges the client's SETTINGS", () => {
  const run = new TestServer();
  assert.deepEqual(
    run.sent().map(({ type, flags, streamId }) => [type, flags, streamId]),
    [
      [4, 0, 0],
      [8, 0, 0],
    ],
  );
  for (const byte of Buffer.concat([PREFACE, settings([4, 10])])) run.receive(Buffer.of(byte));
  assert.deepEqual(run.sent(), [{ type: 4, flags: 1, streamId: 0, payload: Buffer.alloc(0) }]);
});

test("what is no preface breaks the connection, as does a first frame that is no SETTINGS", () => {
  breaks("PROTOCOL_ERROR", () => new TestServer().receive(Buffer.from("GET / HTTP/1.1")), /preface/);
  breaks("PROTOCOL_ERROR", () => new TestServer().receive(PREFACE, headers(1, POST)), /no SETTINGS/);
});

test("a request and its answer, with padding, priority and trailers", () => {
  const run = TestServer.established();
  const block = encodeFields([...Object.entries(POST), ["content-type", "x"], ["te", "trailers"]]);
  run.receive(frame(1, 0x2c, 1, Buffer.concat([Buffer.of(3), Buffer.alloc(5), block, Buffer.alloc(3)])));
  run.receive(frame(0, 8, 1, "02 aabb 0000"), data(1, bytes("cc")), headers(1, { "x-sum": "1" }, true));
  const [stream] = run.streams as [TestServerStream];
  assert.deepEqual(stream.events, ["opened", "data", "ended"]);
  assert.equal(Buffer.concat(stream.chunks).toString("hex"), "aabbcc");
  assert.deepEqual(
    { ...stream.fields, headers: { ...stream.fields.headers } },
    {
      method: "POST",
      path: "/p?q",
      headers: { "content-type": "x", te: "trailers" },
      contentLength: -1,
    },
  );
  stream.answer(bytes("01"));
  assert.deepEqual(stream.events.at(-1), "closed");
  assert.deepEqual(run.sent(), [
    { type: 1, flags: 4, streamId: 1, payload: bytes("88") },
    { type: 0, flags: 1, streamId: 1, payload: bytes("01") },
  ]);
  assert.equal(run.session.streamCount, 0);
});

test("a request without a body, answered as soon as it is there", () => {
  const run = TestServer.established();
  run.requestArrived = (fields) => {
    const stream = TestServer.prototype.requestArrived.call(run, fields);
    stream.opened = (opened) => {
      stream.stream = opened;
      stream.answer(bytes("01"));
    };
    return stream;
  };
  run.receive(headers(1, POST, true));
  assert.deepEqual(run.streams[0]!.events, ["ended", "closed"]);
});

test("fields that come twice are one value", () => {
  const run = TestServer.established();
  const fields = [...Object.entries(POST), ["a", "1"], ["cookie", "x"], ["a", "2"], ["cookie", "y"]] as const;
  run.receive(frame(1, 4, 1, encodeFields([...fields, ["__proto__", "z"]])));
  assert.deepEqual(Object.entries(run.streams[0]!.fields.headers), [
    ["a", "1, 2"],
    ["cookie", "x; y"],
    ["__proto__", "z"],
  ]);
});

test("header blocks in many frames, cut anywhere", () => {
  const block = encodeFields(Object.entries(POST));
  for (let cut = 0; cut < block.length; cut++) {
    const run = TestServer.established();
    run.receive(
      frame(1, 1, 1, block.subarray(0, cut)),
      frame(9, 0, 1, ""),
      frame(9, 4, 1, block.subarray(cut)),
    );
    assert.deepEqual(run.streams[0]!.events, ["opened", "ended"]);
  }
});

for (const [what, code, frames] of [
  ["HEADERS on a stream of ours", "PROTOCOL_ERROR", [headers(2, POST)]],
  [
    "a request on a stream that is over",
    "PROTOCOL_ERROR",
    [headers(3, POST), rstStream(3, 8), headers(3, POST)],
  ],
  ["a request on a stream that was passed over", "PROTOCOL_ERROR", [headers(5, POST), headers(3, POST)]],
  ["HEADERS on no stream", "PROTOCOL_ERROR", [headers(0, POST)]],
  ["HEADERS that cannot be decoded", "COMPRESSION_ERROR", [frame(1, 4, 3, "be")]],
  ["DATA on a stream that was not opened", "PROTOCOL_ERROR", [data(3, bytes("00"))]],
  ["DATA on a stream of ours", "PROTOCOL_ERROR", [data(2, bytes("00"))]],
  ["RST_STREAM on a stream that was not opened", "PROTOCOL_ERROR", [rstStream(3, 0)]],
  ["WINDOW_UPDATE on a stream that was not opened", "PROTOCOL_ERROR", [windowUpdate(3, 1)]],
  ["PUSH_PROMISE", "PROTOCOL_ERROR", [frame(5, 4, 1, "0000000288")]],
  ["ENABLE_PUSH 2", "PROTOCOL_ERROR", [settings([2, 2])]],
  ["CONTINUATION of nothing", "PROTOCOL_ERROR", [frame(9, 4, 1, "88")]],
  ["a header block that another interrupts", "PROTOCOL_ERROR", [frame(1, 0, 3, "88"), headers(5, POST)]],
  [
    "CONTINUATIONs without end",
    "ENHANCE_YOUR_CALM",
    [frame(1, 0, 3, ""), ...new Array(100).fill(frame(9, 0, 3, ""))],
  ],
] as const) {
  test(`${what} breaks the connection: ${code}`, () => {
    const { run } = withStream();
    breaks(code, () => run.receive(...(frames as readonly Buffer[])));
  });
}

test("push that a client allows is as good as none", () => {
  withStream().run.receive(settings([2, 1]), settings([2, 0]));
});

for (const [what, fields] of [
  ["no :method", { ":scheme": "http", ":path": "/" }],
  ["no :scheme", { ":method": "POST", ":path": "/" }],
  ["no :path", { ":method": "POST", ":scheme": "http" }],
  ["an empty :path", { ...POST, ":path": "" }],
  ["a :path that is none", { ...POST, ":path": "http://x/" }],
  ["a bad :method", { ...POST, ":method": "P OST" }],
  ["CONNECT", { ":method": "CONNECT", ":authority": "a:1" }],
  ["an unknown pseudo-field", { ...POST, ":protocol": "x" }],
  ["a pseudo-field of answers", { ...POST, ":status": "200" }],
  ["a pseudo-field behind others", { ":method": "POST", ":scheme": "http", x: "1", ":path": "/" }],
  ["upper case", { ...POST, "X-Y": "1" }],
  ["a field without a name", { ...POST, "": "1" }],
  ["connection", { ...POST, connection: "close" }],
  ["transfer-encoding", { ...POST, "transfer-encoding": "chunked" }],
  ["te", { ...POST, te: "gzip" }],
  ["a line break in a value", { ...POST, x: "a\nb" }],
  ["a bad content-length", { ...POST, "content-length": "1x" }],
] as const) {
  test(`a request with ${what} is malformed: its stream is reset, and the connection goes on`, () => {
    const run = TestServer.established().receive(headers(1, fields), data(1, bytes("00"), true));
    assert.equal(resetOf(run, 1), "PROTOCOL_ERROR");
    assert.equal(run.streams.length, 0);
    assert.equal(run.session.streamCount, 0);
    run.receive(headers(3, POST));
    assert.equal(run.streams.length, 1);
  });
}

test("a pseudo-field that comes twice, and a header bomb, are malformed", () => {
  const run = TestServer.established();
  const post = encodeFields(Object.entries(POST));
  run.receive(frame(1, 4, 1, Buffer.concat([post, encodeFields([[":path", "/"]])])));
  assert.equal(resetOf(run, 1), "PROTOCOL_ERROR");
  // A field of 1030 bytes goes into the table, and then comes 16,000 times by its index.
  run.receive(frame(1, 4, 3, Buffer.concat([post, bytes("400178 7f8707"), Buffer.alloc(1030, "y")])));
  run.receive(frame(1, 4, 5, Buffer.concat([post, Buffer.alloc(16_000, 0xbe)])));
  assert.equal(resetOf(run, 5), "PROTOCOL_ERROR");
  assert.deepEqual(
    run.streams.map(({ fields }) => fields.headers.x),
    ["y".repeat(1030)],
  );
});

for (const [what, code, frames] of [
  ["DATA after the end", "STREAM_CLOSED", [data(1, bytes(""), true), data(1, bytes("00"))]],
  ["HEADERS after the end", "STREAM_CLOSED", [data(1, bytes(""), true), headers(1, { x: "1" }, true)]],
  ["trailers that do not end", "PROTOCOL_ERROR", [headers(1, { x: "1" })]],
  ["trailers with a pseudo-field", "PROTOCOL_ERROR", [headers(1, { ":path": "/" }, true)]],
  ["WINDOW_UPDATE by 0", "PROTOCOL_ERROR", [windowUpdate(1, 0)]],
  ["a window of more than 2^31 - 1", "FLOW_CONTROL_ERROR", [windowUpdate(1, 2 ** 31 - 1)]],
] as const) {
  test(`${what}: the stream is reset with ${code}, and the connection goes on`, () => {
    const { run, stream } = withStream();
    run.receive(...frames);
    assert.equal(stream.events.at(-1), "closed");
    assert.equal(resetOf(run, 1), code);
    stream.answer(bytes("00"));
    assert.deepEqual(run.sent(), []);
    run.receive(data(1, bytes("00")), rstStream(1, 8), windowUpdate(1, 1), headers(1, { x: "1" }, true));
    run.receive(headers(3, POST));
    assert.equal(run.streams.length, 2);
  });
}

test("a body that is not as long as its content-length says is not taken for complete", () => {
  const run = TestServer.established();
  run.receive(headers(1, { ...POST, "content-length": "2" }), data(1, bytes("00"), true));
  assert.deepEqual(run.streams[0]!.events, ["opened", "data", "closed"]);
  assert.equal(resetOf(run, 1), "PROTOCOL_ERROR");
  run.receive(headers(3, { ...POST, "content-length": "1" }), data(3, bytes("00"), true));
  assert.deepEqual(run.streams[1]!.events, ["opened", "data", "ended"]);
});

test("a stream that the client resets is closed, and what waits for it is dropped", () => {
  const { run, stream } = withStream();
  stream.answer(Buffer.alloc(1_000_000), false);
  run.receive(rstStream(1, 8));
  assert.deepEqual(stream.events, ["opened", "closed"]);
  assert.equal(stream.stream.resetCode, 8);
  run.sent();
  run.receive(windowUpdate(0, 1_000_000));
  assert.deepEqual(run.sent(), []);
});

test("an answer before the end of its request: the rest is read, and only who goes on and on is asked to stop", () => {
  const { run, stream } = withStream();
  stream.answer(bytes("01"));
  assert.deepEqual(
    run.sent().map(({ type }) => type),
    [1, 0],
    "no RST_STREAM behind the answer",
  );
  assert.equal(run.session.streamCount, 1);
  const chunk = Buffer.alloc(16_384);
  for (let i = 0; i < 63; i++) run.receive(data(1, chunk));
  assert.deepEqual(run.sent(), []);
  run.receive(data(1, chunk));
  assert.equal(resetOf(run, 1), "NO_ERROR");
  assert.equal(stream.events.at(-1), "closed");

  run.receive(headers(3, POST));
  run.streams[1]!.answer(bytes("01"));
  run.sent();
  run.receive(data(3, bytes("00"), true));
  assert.equal(run.streams[1]!.events.at(-1), "closed");
  assert.deepEqual(run.sent(), []);
});

test("an answer goes out as the client's windows let it", () => {
  const run = TestServer.established([4, 10]).receive(headers(1, POST, true));
  const [stream] = run.streams as [TestServerStream];
  stream.answer(Buffer.alloc(30, 1), false);
  const sent = () =>
    Buffer.concat(
      run
        .sent()
        .filter(({ type }) => type === 0)
        .map(({ payload }) => payload),
    );
  assert.equal(sent().length, 10);
  run.receive(windowUpdate(1, 15));
  assert.equal(sent().length, 15);
  run.receive(settings([4, 20]));
  assert.equal(sent().length, 5);
  assert.deepEqual(stream.events, ["opened", "ended", "drained"]);
  stream.stream.end();
  assert.deepEqual(run.sent(), [{ type: 0, flags: 1, streamId: 1, payload: Buffer.alloc(0) }]);
  assert.equal(stream.events.at(-1), "closed");
});

test("what has come is announced again when half a window is used", () => {
  const { run, stream } = withStream();
  const increments = [0, 0];
  const chunk = Buffer.alloc(16_384);
  for (let i = 0; i < 3200; i++) {
    run.receive(data(1, chunk));
    for (const { type, streamId, payload } of run.sent()) {
      if (type === 8) increments[streamId]! += payload.readUInt32BE(0);
    }
  }
  const total = 3200 * 16_384;
  assert.equal(stream.chunks.length, 3200);
  assert.ok(total - increments[0]! < 4 * 2 ** 20 && total - increments[1]! < 2 ** 20, increments.join());
});

test("streams above the limit are refused, and there is room again when others are over", () => {
  const run = new TestServer();
  const announced = run.sent()[0]!.payload;
  assert.equal(announced.readUInt16BE(0), 3);
  assert.equal(announced.readUInt32BE(2), MAX_CONCURRENT_STREAMS);
  run.receive(PREFACE, settings());
  const block = encodeFields(Object.entries(POST));
  let id = 1;
  for (let i = 0; i < MAX_CONCURRENT_STREAMS; i++, id += 2) run.receive(frame(1, 4, id, block));
  run.sent();
  run.receive(frame(1, 5, id, block));
  assert.equal(resetOf(run, id), "REFUSED_STREAM");
  assert.equal(run.streams.length, MAX_CONCURRENT_STREAMS);
  run.receive(rstStream(1, 8), frame(1, 5, id + 2, block));
  assert.equal(run.streams.length, MAX_CONCURRENT_STREAMS + 1);
  run.session.closeAll();
  assert.equal(run.session.streamCount, 0);
  assert.ok(run.streams.every(({ events }) => events.at(-1) === "closed"));
});

test("PING is answered, GOAWAY of the client changes nothing, and ours names the last stream", () => {
  const { run } = withStream();
  run.receive(ping("0102030405060708"), ping("0102030405060708", true), goAway(0, 0), headers(3, POST));
  assert.deepEqual(run.sent(), [{ type: 6, flags: 1, streamId: 0, payload: bytes("0102030405060708") }]);
  assert.equal(run.streams.length, 2);
  run.session.goAway(1);
  const [goodbye] = framesIn(Buffer.concat(run.session.output()));
  assert.deepEqual(goodbye!.payload, Buffer.concat([uint32(3), uint32(1)]));
});

for (const [what, flood] of [
  ["PING", () => [ping("0000000000000000")]],
  ["SETTINGS", () => [settings([3, 100])]],
  ["WINDOW_UPDATE", () => [windowUpdate(0, 1)]],
  ["PRIORITY", () => [frame(2, 0, 1, "0000000000")]],
  ["empty DATA", () => [data(1, bytes(""))]],
  ["GOAWAY", () => [goAway(0, 0)]],
  ["streams that are reset at once", (id: number) => [headers(id, POST), rstStream(id, 8)]],
  ["streams that make us reset them", (id: number) => [headers(id, POST), windowUpdate(id, 0)]],
  ["malformed requests", (id: number) => [headers(id, {})]],
] as const) {
  test(`a flood of ${what} breaks the connection`, () => {
    const { run } = withStream();
    let sent = 0;
    breaks("ENHANCE_YOUR_CALM", () => {
      for (let id = 3; sent < 1_000_000; sent++, id += 2) run.receive(...flood(id));
    });
    assert.ok(sent >= 4_000 && sent < 100_000, `${sent}`);
    assert.ok(run.session.streamCount <= 2);
  });
}

test("SETTINGS that change the windows of very many streams are a flood sooner", () => {
  const { run } = withStream();
  const block = encodeFields(Object.entries(POST));
  for (let id = 3; id < 20_000; id += 2) run.receive(frame(1, 4, id, block));
  let sent = 0;
  breaks("ENHANCE_YOUR_CALM", () => {
    for (; sent < 10_000; sent++) run.receive(settings([4, 1000 + (sent % 2)]));
  });
  assert.ok(sent >= 20 && sent < 1000, `${sent}`);
});

test("requests without end are no flood, though clients reset them with their answer", () => {
  const run = TestServer.established();
  for (let id = 1; id < 100_000; id += 2) {
    run.receive(headers(id, POST), data(id, bytes("00")), windowUpdate(id, 1), ping("0000000000000000"));
    run.streams.pop()!.answer(bytes("00"));
    run.receive(rstStream(id, 8));
    run.session.output();
  }
  assert.equal(run.session.streamCount, 0);
});

test("a client that reads nothing, and makes us answer, is given up", () => {
  const run = TestServer.established();
  run.session.isHeld = true;
  run.requestArrived = (fields) => {
    const stream = TestServer.prototype.requestArrived.call(run, fields);
    stream.opened = (opened) => {
      stream.stream = opened;
      run.session.respond(
        opened,
        encodeFields([
          [":status", "200"],
          ["x", "y".repeat(1000)],
        ]),
      );
    };
    return stream;
  };
  breaks(
    "ENHANCE_YOUR_CALM",
    () => {
      for (let id = 1; id < 2 * MAX_CONCURRENT_STREAMS; id += 2) run.receive(headers(id, POST));
    },
    /does not read/,
  );
});

test("a client without a table is told that ours stays empty", () => {
  const run = TestServer.established([1, 0]).receive(headers(1, POST), headers(3, POST));
  for (const stream of run.streams) stream.answer(bytes("00"));
  const heads = run.sent().filter(({ type }) => type === 1);
  assert.deepEqual(
    heads.map(({ payload }) => payload.toString("hex")),
    ["2088", "88"],
  );
});
