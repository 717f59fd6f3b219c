/** Peers that are slow, late, large, odd or hostile, on real sockets. What a session does about each is in @pawl/http2. */
import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { FrameParser, LARGEST_FRAME_BYTES, PREFACE } from "@pawl/http2";
import { encodeFrames, MessageType } from "@pawl/protocol";
import {
  attemptOn,
  DONE,
  END,
  http2Endpoint,
  INPUT,
  invocationId,
  listen,
  OUTPUT,
  RunningAttempt,
  startHttp2Endpoint,
  testInvoker,
  V6,
  wait,
} from "./harness.test.js";
import { data, frame, goAway, headers, ping, rstStream, settings } from "./http2-frames.test.kit.js";

const ACK = frame(4, 1, 0, "");
const OK = { ":status": "200", "content-type": V6 };
const ANSWER = encodeFrames([OUTPUT, END]);

/** A peer made by hand. `onFrame` gets what the client sends after its preface. */
async function startPeer(
  onFrame: (peer: Socket, type: number, flags: number, streamId: number) => void,
  onConnection: (peer: Socket) => void = (peer) => void peer.write(Buffer.concat([settings(), ACK])),
): Promise<string> {
  const server = createServer((peer) => {
    let isPrefaceRead = false;
    const parser = new FrameParser(
      { frame: (type, flags, streamId) => onFrame(peer, type, flags, streamId) },
      LARGEST_FRAME_BYTES,
    );
    peer.on("data", (chunk) => {
      parser.read(isPrefaceRead ? chunk : chunk.subarray(PREFACE.length));
      isPrefaceRead = true;
    });
    onConnection(peer);
  });
  return listen(server, "http");
}

function answer(peer: Socket, streamId: number): void {
  peer.write(Buffer.concat([headers(streamId, OK), data(streamId, ANSWER, true)]));
}

for (const [megabytes, window] of [
  [1, 65_535],
  [1, 1000],
  [50, 65_535],
  [50, 4_000_000],
] as const) {
  test(`${megabytes} MB there and back, with windows of ${window} bytes`, async () => {
    const large = Buffer.alloc(megabytes * 500_000, megabytes);
    const journal = [INPUT, { type: MessageType.RunCompletion, payload: large }];
    const endpoint = await startHttp2Endpoint(
      async (invocation) => {
        const { journal: replayed } = await invocation.opening();
        assert.ok(large.equals(replayed[1]!.payload));
        const notified = (await invocation.next())!;
        assert.ok(large.equals(notified.payload));
        invocation.write({ type: MessageType.SetState, payload: large });
        invocation.end({ type: MessageType.SetState, payload: large }, OUTPUT, END);
      },
      { settings: { initialWindowSize: window } },
    );
    const run = new RunningAttempt(
      testInvoker({ maxUnsentBytes: 100_000_000 }),
      attemptOn(endpoint.uri, { journal }),
    );
    run.attempt.send(MessageType.SleepCompletion, large);
    assert.deepEqual(await run.outcome(), [MessageType.SetState, MessageType.SetState, ...DONE]);
    for (const received of run.received.slice(0, 2)) assert.ok(large.equals(received.payload));
  });
}

test("windows and frame sizes that change in the middle of large bodies", async () => {
  const large = Buffer.alloc(2_000_000, "x");
  const endpoint = await startHttp2Endpoint(async (invocation) => {
    const { journal } = await invocation.opening();
    assert.ok(large.equals(journal[1]!.payload));
    invocation.end(OUTPUT, END);
  });
  const invoker = testInvoker();
  const journal = [INPUT, { type: MessageType.RunCompletion, payload: large }];
  const change = setInterval(() => {
    for (const session of endpoint.sessions) {
      if (session.destroyed) continue;
      const initialWindowSize = [0, 1, 5000, 65_535, 1_000_000][Math.floor(Math.random() * 5)]!;
      session.settings({ initialWindowSize, maxFrameSize: 16_384 + Math.floor(Math.random() * 100_000) });
      session.settings({ initialWindowSize: 65_535 });
    }
  }, 2);
  try {
    const runs = Array.from(
      { length: 20 },
      () => new RunningAttempt(invoker, attemptOn(endpoint.uri, { journal })),
    );
    for (const run of runs) assert.deepEqual(await run.outcome(), DONE);
  } finally {
    clearInterval(change);
  }
});

test("headers above a frame's size reach the endpoint", async () => {
  const value = "v".repeat(30_000);
  let got: unknown;
  const endpoint = await startHttp2Endpoint(
    (invocation) => {
      got = invocation.headers["x-large"];
      invocation.end(OUTPUT, END);
    },
    { maxHeaderListPairs: 100, settings: { maxHeaderListSize: 100_000 } },
  );
  const large = http2Endpoint(endpoint.uri, { additionalHeaders: { "x-large": ` ${value} ` } });
  assert.deepEqual(await new RunningAttempt(testInvoker(), attemptOn(large)).outcome(), DONE);
  assert.equal(got, value);
});

test("SETTINGS that come late: attempts wait for them", async () => {
  let streams = 0;
  const uri = await startPeer(
    (peer, type, _flags, streamId) => {
      if (type === 1 && ++streams > 0) answer(peer, streamId);
    },
    (peer) => void setTimeout(() => peer.write(settings()), 60),
  );
  const run = new RunningAttempt(testInvoker(), attemptOn(uri));
  await wait(40);
  assert.equal(streams, 0);
  assert.deepEqual(await run.outcome(), DONE);
});

test("a peer that allows no streams, then one, then many", async () => {
  let open = 0;
  let most = 0;
  let done = 0;
  let allowed = 0;
  const allow = (peer: Socket, streams: number) => {
    allowed = streams;
    peer.write(settings([3, streams]));
  };
  const uri = await startPeer(
    (peer, type, _flags, streamId) => {
      if (type !== 1) return;
      most = Math.max(most, ++open);
      assert.ok(open <= allowed);
      setTimeout(() => {
        open--;
        if (++done === 3) allow(peer, 100);
        answer(peer, streamId);
      }, 5);
    },
    (peer) => {
      peer.write(settings([3, 0]));
      setTimeout(() => allow(peer, 1), 20);
    },
  );
  const invoker = testInvoker({ connectionsPerOrigin: 1 });
  const runs = Array.from({ length: 20 }, () => new RunningAttempt(invoker, attemptOn(uri)));
  for (const run of runs) assert.deepEqual(await run.outcome(), DONE);
  assert.ok(most > 10, `${most}`);
});

test("streams that a GOAWAY leaves out run on a new connection, the others where they are", async () => {
  let connections = 0;
  const uri = await startPeer(
    (peer, type, _flags, streamId) => {
      if (type !== 1) return;
      if (connections > 1) answer(peer, streamId);
      else if (streamId === 5) {
        peer.write(goAway(1, 0));
        setTimeout(() => answer(peer, 1), 10);
      }
    },
    (peer) => {
      connections++;
      peer.write(settings());
    },
  );
  const invoker = testInvoker();
  const runs = Array.from({ length: 3 }, () => new RunningAttempt(invoker, attemptOn(uri)));
  for (const run of runs) assert.deepEqual(await run.outcome(), DONE);
  assert.equal(connections, 2);
});

test("a reset in the middle of an answer ends that attempt only", async () => {
  const uri = await startPeer((peer, type, _flags, streamId) => {
    if (type !== 1) return;
    if (streamId !== 3) setTimeout(() => answer(peer, streamId), 10);
    else peer.write(Buffer.concat([headers(3, OK), data(3, encodeFrames([OUTPUT])), rstStream(3, 2)]));
  });
  const invoker = testInvoker();
  const runs = Array.from({ length: 3 }, (_, n) => {
    return new RunningAttempt(invoker, attemptOn(uri, { invocationId: invocationId(n) }));
  });
  assert.deepEqual(await runs[0]!.outcome(), DONE);
  assert.match((await runs[1]!.failureOf()).message, /reset the stream: INTERNAL_ERROR/);
  assert.deepEqual(runs[1]!.types, [MessageType.Output]);
  assert.deepEqual(await runs[2]!.outcome(), DONE);
});

test("a complete answer before the end of the request is an answer, also when a reset follows it", async () => {
  const uri = await startPeer((peer, type, _flags, streamId) => {
    if (type !== 1) return;
    peer.write(Buffer.concat([headers(streamId, OK), data(streamId, ANSWER, true), rstStream(streamId, 0)]));
  });
  assert.deepEqual(await new RunningAttempt(testInvoker(), attemptOn(uri)).outcome(), DONE);
});

test("interim responses and trailers", async () => {
  const endpoint = await startHttp2Endpoint((invocation) => {
    const { stream } = invocation;
    stream.additionalHeaders({ ":status": 103, link: "x" });
    stream.respond({ ":status": 200, "content-type": V6 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "1" }));
    invocation.end(OUTPUT, END);
  });
  assert.deepEqual(await new RunningAttempt(testInvoker(), attemptOn(endpoint.uri)).outcome(), DONE);
});

test("an answer that is malformed HTTP/2 fails its attempt: RT0010, and says why", async () => {
  const uri = await startPeer((peer, type, _flags, streamId) => {
    if (type === 1) peer.write(headers(streamId, { ...OK, connection: "close" }));
  });
  const failure = await new RunningAttempt(testInvoker(), attemptOn(uri)).failureOf();
  assert.equal(failure.docCode, "RT0010");
  assert.match(failure.message, /broke HTTP\/2: the answer has the field connection/);
});

test("a peer that breaks HTTP/2 is told so, and its attempts fail: RT0010", async () => {
  let told = false;
  const uri = await startPeer((peer, type) => {
    if (type === 1) peer.write(frame(5, 4, 1, "0000000288"));
    if (type === 7) told = true;
  });
  const failure = await new RunningAttempt(testInvoker(), attemptOn(uri)).failureOf();
  assert.equal(failure.docCode, "RT0010");
  assert.match(failure.message, /PUSH_PROMISE.*PROTOCOL_ERROR/);
  await wait(20);
  assert.equal(told, true);
});

for (const [what, flood] of [
  ["PINGs", ping("0000000000000000")],
  ["SETTINGS", settings([3, 10])],
] as const) {
  test(`a peer that floods ${what} and reads no answers is cut off`, async () => {
    const many = Buffer.concat(new Array(1000).fill(flood));
    let isCut = false;
    const uri = await startPeer((peer, type) => {
      if (type !== 1) return;
      peer.pause();
      const more = () => {
        while (!isCut && peer.write(many));
      };
      peer.on("drain", more);
      peer.on("error", () => {});
      peer.on("close", () => {
        isCut = true;
      });
      more();
    });
    const run = new RunningAttempt(testInvoker(), attemptOn(uri));
    assert.match((await run.failureOf()).message, /flood.*ENHANCE_YOUR_CALM/);
  });
}

test("a peer that stops reading holds its own attempts up, in bounded memory", async () => {
  const uri = await startPeer(
    (peer, type) => {
      if (type === 1) peer.pause();
    },
    (peer) => void peer.write(Buffer.concat([settings([4, 2 ** 30]), frame(8, 0, 0, "3fffffff")])),
  );
  const invoker = testInvoker({ maxUnsentBytes: 1_000_000 });
  const run = new RunningAttempt(invoker, attemptOn(uri));
  await wait(20);
  // The kernel takes some megabytes.
  const payload = Buffer.alloc(10_000);
  for (let sent = 0; run.failure === null && sent < 10_000; sent++) {
    run.attempt.send(MessageType.SleepCompletion, payload);
    if (sent % 10 === 0) await wait(0);
  }
  assert.match(run.failure!.message, /has not read \d+ bytes/);
});

test("a peer that says goodbye with its SETTINGS, every time, is tried a few times", async () => {
  let connections = 0;
  const uri = await startPeer(
    () => {},
    (peer) => {
      connections++;
      peer.write(Buffer.concat([settings(), goAway(0, 0)]));
    },
  );
  const failure = await new RunningAttempt(testInvoker(), attemptOn(uri)).failureOf();
  assert.match(failure.message, /shutting down \(GOAWAY\)/);
  assert.equal(connections, 7);
});

test("random bytes instead of HTTP/2 end in RT0010", async () => {
  for (let i = 0; i < 30; i++) {
    const garbage = Buffer.from(Array.from({ length: 1000 }, () => Math.floor(Math.random() * 256)));
    const uri = await startPeer(
      () => {},
      (peer) => void peer.write(i % 2 === 0 ? garbage : Buffer.concat([settings(), garbage])),
    );
    const invoker = testInvoker({ connectTimeoutMs: 100, drainTimeoutMs: 100 });
    const request = attemptOn(uri, { inactivityTimeoutMs: 100, abortTimeoutMs: 100 });
    const failure = await new RunningAttempt(invoker, request).failureOf();
    assert.ok(failure.docCode === "RT0010" || failure.docCode === "RT0001", failure.message);
  }
});
