import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { constants } from "node:http2";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MessageType } from "@pawl/protocol";
import {
  attemptOn,
  DONE,
  END,
  http2Endpoint,
  type Invocation,
  invocationId,
  listen,
  OUTPUT,
  RunningAttempt,
  startHttp1Endpoint,
  startHttp2Endpoint,
  testInvoker,
  wait,
} from "./harness.test.js";

// The child of the test that kills an endpoint runs this same file.
if (process.send !== undefined && process.argv[2] === "endpoint") await runAsEndpoint();
else declareTests();

async function runAsEndpoint(): Promise<void> {
  process.on("disconnect", () => process.exit());
  const { uri } = await startHttp2Endpoint((invocation) => invocation.write(OUTPUT));
  process.send!(uri);
}

function declareTests(): void {
  test("nobody listens: RT0010 at once", async () => {
    const endpoint = await startHttp2Endpoint(() => {});
    await endpoint.stop();
    const startedAt = performance.now();
    const invoker = testInvoker();
    const runs = Array.from({ length: 5 }, () => new RunningAttempt(invoker, attemptOn(endpoint.uri)));
    for (const run of runs) {
      const failure = await run.failureOf();
      assert.equal(failure.docCode, "RT0010");
      assert.match(failure.message, /ECONNREFUSED.*Is the endpoint running/);
    }
    assert.ok(performance.now() - startedAt < 500);
  });

  test("the endpoint comes back: the next attempt connects again", async () => {
    const first = await startHttp2Endpoint((invocation) => invocation.end(OUTPUT, END));
    const invoker = testInvoker();
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(first.uri)).outcome(), DONE);
    for (const session of first.sessions) session.destroy();
    await wait(10);
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(first.uri)).outcome(), DONE);
    assert.equal(first.sessions.length, 2);
  });

  test("an endpoint's process is killed while handlers run: RT0010", async () => {
    const child: ChildProcess = fork(fileURLToPath(import.meta.url), ["endpoint"], { execArgv: [] });
    const uri = await new Promise<string>((resolve) => child.once("message", (m) => resolve(String(m))));
    const invoker = testInvoker();
    const runs = Array.from({ length: 5 }, () => new RunningAttempt(invoker, attemptOn(uri)));
    for (const run of runs) await run.count(1);
    child.kill("SIGKILL");
    for (const run of runs) {
      const failure = await run.failureOf();
      assert.equal(failure.docCode, "RT0010");
      assert.deepEqual(run.types, [MessageType.Output]);
    }
  });

  test("fewer streams than attempts: the rest waits, and all succeed", async () => {
    const running = new Map<unknown, number>();
    let most = 0;
    const endpoint = await startHttp2Endpoint(
      async (invocation) => {
        const { session } = invocation.stream;
        running.set(session, (running.get(session) ?? 0) + 1);
        most = Math.max(most, running.get(session)!);
        await invocation.opening();
        await wait(5);
        running.set(session, running.get(session)! - 1);
        invocation.end(OUTPUT, END);
      },
      { settings: { maxConcurrentStreams: 4 } },
    );
    const invoker = testInvoker({ connectionsPerOrigin: 3 });
    const runs = Array.from({ length: 50 }, (_, n) => {
      return new RunningAttempt(invoker, attemptOn(endpoint.uri, { invocationId: invocationId(n) }));
    });
    for (const run of runs) assert.deepEqual(await run.outcome(), DONE);
    assert.equal(endpoint.sessions.length, 3);
    assert.ok(most <= 4, `${most} at once on one connection`);
  });

  test("an attempt that is closed while it waits never starts", async () => {
    const invocations: Invocation[] = [];
    const endpoint = await startHttp2Endpoint((invocation) => void invocations.push(invocation), {
      settings: { maxConcurrentStreams: 1 },
    });
    const invoker = testInvoker({ connectionsPerOrigin: 1 });
    const start = () => new RunningAttempt(invoker, attemptOn(endpoint.uri));
    const runs = [start(), start(), start()];
    await wait(30);
    assert.equal(invocations.length, 1);
    runs[1]!.attempt.close();
    invocations[0]!.end(OUTPUT, END);
    assert.deepEqual(await runs[0]!.outcome(), DONE);
    while (invocations.length < 2) await wait(5);
    invocations[1]!.end(OUTPUT, END);
    assert.deepEqual(await runs[2]!.outcome(), DONE);
    await wait(30);
    assert.equal(invocations.length, 2);
    assert.equal(runs[1]!.failure, null);
  });

  test("too many waiting attempts: the next one fails", async () => {
    const endpoint = await startHttp2Endpoint(() => {});
    const invoker = testInvoker({ waitingPerOrigin: 2 });
    const runs = Array.from({ length: 3 }, () => new RunningAttempt(invoker, attemptOn(endpoint.uri)));
    const failure = await runs[2]!.failureOf();
    assert.equal(failure.docCode, "RT0010");
    assert.match(failure.message, /2 attempts wait/);
  });

  test("GOAWAY: running handlers end in peace, later attempts take a new connection", async () => {
    const invocations: Invocation[] = [];
    const endpoint = await startHttp2Endpoint((invocation) => void invocations.push(invocation));
    const invoker = testInvoker();
    const before = new RunningAttempt(invoker, attemptOn(endpoint.uri));
    while (invocations.length < 1) await wait(5);
    endpoint.sessions[0]!.close();
    await wait(20);
    const after = new RunningAttempt(invoker, attemptOn(endpoint.uri));
    while (invocations.length < 2) await wait(5);
    for (const invocation of invocations) invocation.end(OUTPUT, END);
    assert.deepEqual(await before.outcome(), DONE);
    assert.deepEqual(await after.outcome(), DONE);
    assert.equal(endpoint.sessions.length, 2);
    await wait(20);
    assert.equal(endpoint.sessions[0]!.destroyed, true);
    assert.equal(endpoint.sessions[1]!.destroyed, false);
  });

  test("GOAWAY with an error breaks the running handlers off: RT0010", async () => {
    const endpoint = await startHttp2Endpoint((invocation) => {
      invocation.write(OUTPUT);
      setTimeout(() => invocation.stream.session!.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM), 5);
    });
    const failure = await new RunningAttempt(testInvoker(), attemptOn(endpoint.uri)).failureOf();
    assert.equal(failure.docCode, "RT0010");
    assert.match(failure.message, /GOAWAY ENHANCE_YOUR_CALM/);
  });

  test("a refused stream was not processed: it is opened again, but not for ever", async () => {
    let refusals = 2;
    let streams = 0;
    const endpoint = await startHttp2Endpoint((invocation) => {
      streams++;
      if (refusals-- > 0) invocation.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      else invocation.end(OUTPUT, END);
    });
    const invoker = testInvoker();
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint.uri)).outcome(), DONE);
    assert.equal(streams, 3);
    refusals = Number.POSITIVE_INFINITY;
    streams = 0;
    const failure = await new RunningAttempt(invoker, attemptOn(endpoint.uri)).failureOf();
    assert.equal(failure.docCode, "RT0010");
    assert.match(failure.message, /REFUSED_STREAM/);
    assert.equal(streams, 7);
  });

  test("attempts go on over many connections while endpoints shut down one after the other", async () => {
    const endpoint = await startHttp2Endpoint(async (invocation) => {
      await invocation.opening();
      await wait(1);
      invocation.end(OUTPUT, END);
    });
    const invoker = testInvoker();
    const goaway = setInterval(() => endpoint.sessions.at(-1)?.close(), 10);
    let finished = 0;
    const worker = async () => {
      for (let i = 0; i < 40; i++) {
        assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint.uri)).outcome(), DONE);
        finished++;
      }
    };
    try {
      await Promise.all(Array.from({ length: 10 }, worker));
    } finally {
      clearInterval(goaway);
    }
    assert.equal(finished, 400);
    assert.ok(endpoint.sessions.length > 2);
  });

  test("a connection without attempts is closed after a while", async () => {
    const endpoint = await startHttp2Endpoint((invocation) => invocation.end(OUTPUT, END));
    const invoker = testInvoker({ idleConnectionMs: 60 });
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint.uri)).outcome(), DONE);
    assert.equal(endpoint.sessions[0]!.destroyed, false);
    await wait(200);
    assert.equal(endpoint.sessions[0]!.destroyed, true);
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint.uri)).outcome(), DONE);
  });

  test("a connection with a running handler is not idle", async () => {
    const endpoint = await startHttp2Endpoint(async (invocation) => {
      invocation.respond();
      await wait(150);
      invocation.end(OUTPUT, END);
    });
    const invoker = testInvoker({ idleConnectionMs: 40, pingIntervalMs: 20 });
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint.uri)).outcome(), DONE);
    assert.equal(endpoint.sessions.length, 1);
  });

  test("a peer that stops answering PINGs is dead: RT0010", async () => {
    // SIGSTOP leaves its sockets open.
    const child = fork(fileURLToPath(import.meta.url), ["endpoint"], { execArgv: [] });
    try {
      const uri = await new Promise<string>((resolve) => child.once("message", (m) => resolve(String(m))));
      const invoker = testInvoker({ pingIntervalMs: 50, pingTimeoutMs: 50 });
      const run = new RunningAttempt(invoker, attemptOn(uri));
      await run.count(1);
      await wait(150);
      assert.equal(run.failure, null);
      child.kill("SIGSTOP");
      const failure = await run.failureOf();
      assert.equal(failure.docCode, "RT0010");
      assert.match(failure.message, /did not answer a PING within 50 ms/);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("a listener that never speaks HTTP/2 fails the attempt after the connect timeout", async () => {
    const uri = await listen(createServer(), "http");
    const run = new RunningAttempt(testInvoker({ connectTimeoutMs: 60 }), attemptOn(uri));
    const failure = await run.failureOf();
    assert.equal(failure.docCode, "RT0010");
    assert.match(failure.message, /no HTTP\/2 connection within 60 ms/);
  });

  test("a listener that speaks HTTP/1.1 only fails the attempt with a hint", async () => {
    const { uri } = await startHttp1Endpoint((_request, response) => void response.end());
    const failure = await new RunningAttempt(testInvoker(), attemptOn(uri)).failureOf();
    assert.equal(failure.docCode, "RT0010");
    assert.match(failure.message, /use_http_11/);
  });

  test("a listener that closes connections fails the attempt", async () => {
    const uri = await listen(createServer((socket) => socket.end()) as Server, "http");
    const failure = await new RunningAttempt(testInvoker(), attemptOn(uri)).failureOf();
    assert.equal(failure.docCode, "RT0010");
  });

  test("an address that is none fails the attempt, but not within start", async () => {
    const invoker = testInvoker();
    for (const uri of ["nowhere", "ftp://127.0.0.1"]) {
      const run = new RunningAttempt(invoker, attemptOn(uri));
      assert.equal(run.failure, null);
      assert.match((await run.failureOf()).message, /Check the deployment's address/);
    }
    const bad = http2Endpoint("http://127.0.0.1:1", { additionalHeaders: { "x y": "z" } });
    assert.match((await new RunningAttempt(invoker, attemptOn(bad)).failureOf()).message, /x y/);
  });

  test("closing the invoker ends attempts and connections without a word", async () => {
    const endpoint = await startHttp2Endpoint((invocation) => invocation.write(OUTPUT), {
      settings: { maxConcurrentStreams: 2 },
    });
    const invoker = testInvoker({ connectionsPerOrigin: 1 });
    const runs = Array.from({ length: 4 }, () => new RunningAttempt(invoker, attemptOn(endpoint.uri)));
    await runs[0]!.count(1);
    await invoker.close();
    await invoker.close();
    runs.push(new RunningAttempt(invoker, attemptOn(endpoint.uri)));
    await wait(30);
    for (const run of runs) assert.equal(run.failure, null);
    assert.equal(endpoint.sessions[0]!.destroyed, true);
  });
}
