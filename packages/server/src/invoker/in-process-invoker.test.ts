import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codec, encodeFrame, formatInvocationId, MessageType } from "@pawl/protocol";
import type { AttemptFailure } from "../partition/model.js";
import {
  createInProcessInvoker,
  createRoutingInvoker,
  IN_PROCESS_URI,
  type InProcessInvoker,
  type InProcessOutput,
  type InProcessStart,
} from "./in-process-invoker.js";
import type { AttemptEvents, AttemptRequest, Invoker } from "./invoker.js";

const MAX_PAYLOAD_BYTES = 100;

/** Handlers that do what the test tells them. */
class Handlers {
  readonly log: string[] = [];
  readonly started: InProcessStart[] = [];
  output!: InProcessOutput;
  hasHandler = true;

  start(request: InProcessStart, output: InProcessOutput) {
    if (!this.hasHandler) return undefined;
    this.started.push(request);
    this.output = output;
    this.log.push("start");
    return {
      receiveFrame: (type: number) => this.log.push(`frame ${type.toString(16)}`),
      receiveEnd: () => this.log.push("end of input"),
      disconnected: () => this.log.push("disconnected"),
    };
  }
}

/** What the core hears. */
class Events implements AttemptEvents {
  readonly types: number[] = [];
  readonly failures: AttemptFailure[] = [];
  #heard: () => void = () => {};

  frames(frames: Parameters<AttemptEvents["frames"]>[0]): void {
    this.types.push(...frames.map(({ type }) => type));
  }

  failed(failure: AttemptFailure): void {
    this.failures.push(failure);
    this.#heard();
  }

  failure(): Promise<void> {
    // Deadlines do not keep a process alive; in a server its store does.
    const alive = setInterval(() => {}, 1_000);
    return new Promise((resolve) => {
      this.#heard = () => {
        clearInterval(alive);
        resolve();
      };
    });
  }
}

const request: AttemptRequest = {
  endpoint: {
    deploymentId: "dp_1",
    uri: IN_PROCESS_URI,
    protocolType: "BidiStream",
    httpVersion: "HTTP/2.0",
    additionalHeaders: {},
  },
  protocolVersion: 7,
  invocationId: formatInvocationId(new Uint8Array(24).fill(7)),
  service: "S",
  handler: "h",
  key: null,
  journal: [{ type: MessageType.Input, payload: new Uint8Array([1]) }],
  state: [],
  isPartialState: true,
  retryCountSinceLastStoredEntry: 2,
  durationSinceLastStoredEntryMs: 30,
  idempotencyKey: "i",
  traceparent: null,
  tracestate: null,
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 60_000,
};

function prepare(): { handlers: Handlers; events: Events; invoker: InProcessInvoker } {
  const handlers = new Handlers();
  const invoker = createInProcessInvoker(handlers, { maxPayloadBytes: MAX_PAYLOAD_BYTES });
  return { handlers, events: new Events(), invoker };
}

/** Attempts begin in a microtask. */
const begun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const END = encodeFrame(MessageType.End, codec.End.encode({}));
const ACK = codec.CommandAck.encode({ commandIndex: 1 });

describe("an attempt in this process", () => {
  it("gives the journal as it is, and takes frames up to the terminal one", async () => {
    const { handlers, events, invoker } = prepare();
    invoker.admit();
    const attempt = invoker.start(request, events);
    assert.deepEqual(handlers.log, []);
    await begun();
    const [started] = handlers.started;
    assert.equal(started?.journal, request.journal);
    assert.equal(started?.start.knownEntries, 1);
    assert.equal(started?.start.retryCountSinceLastStoredEntry, 2);
    assert.equal(started?.start.idempotencyKey, "i");

    attempt.send(MessageType.CommandAck, ACK);
    handlers.output.write(encodeFrame(MessageType.Run, new Uint8Array()));
    handlers.output.end(END);
    handlers.output.write(END);
    attempt.close();
    assert.deepEqual(handlers.log, ["start", "frame 4"]);
    assert.deepEqual(events.types, [MessageType.Run, MessageType.End]);
    assert.deepEqual(events.failures, []);
  });

  it("waits until handlers are admitted, with what was sent meanwhile", async () => {
    const { handlers, events, invoker } = prepare();
    invoker.start(request, events).send(MessageType.CommandAck, ACK);
    invoker.start(request, events).close();
    await begun();
    assert.deepEqual(handlers.log, []);
    invoker.admit();
    await begun();
    assert.deepEqual(handlers.log, ["start", "frame 4"]);
  });

  it("is disconnected when the core closes it, and when the invoker is closed", async () => {
    const { handlers, events, invoker } = prepare();
    invoker.admit();
    const closed = invoker.start(request, events);
    invoker.start(request, events);
    await begun();
    closed.close();
    await invoker.close();
    invoker.start(request, events);
    await begun();
    assert.deepEqual(handlers.log, ["start", "start", "disconnected", "disconnected"]);
    handlers.output.write(END);
    assert.deepEqual([events.types, events.failures], [[], []]);
  });

  it("is asked to suspend at once when the inactivity timeout is 0, and later when it is over", async () => {
    const { handlers, events, invoker } = prepare();
    invoker.admit();
    invoker.start({ ...request, inactivityTimeoutMs: 0 }, events);
    await begun();
    assert.deepEqual(handlers.log, ["start", "end of input"]);
    const failed = events.failure();
    invoker.start({ ...request, inactivityTimeoutMs: 1, abortTimeoutMs: 1 }, events);
    await failed;
    assert.deepEqual(handlers.log, ["start", "end of input", "start", "end of input", "disconnected"]);
    assert.equal(events.failures[0]?.docCode, "RT0001");
    await invoker.close();
  });

  it("is asked to suspend whenever the core wants it, be it before it has begun", async () => {
    const { handlers, events, invoker } = prepare();
    invoker.start(request, events).askToSuspend();
    invoker.admit();
    await begun();
    const running = invoker.start(request, events);
    await begun();
    running.askToSuspend();
    running.askToSuspend();
    running.send(MessageType.CommandAck, ACK);
    assert.deepEqual(handlers.log, ["start", "end of input", "start", "end of input"]);
    await invoker.close();
  });

  for (const [what, docCode, misbehave] of [
    ["ends without a terminal frame", "RT0010", (output: InProcessOutput) => output.end()],
    [
      "says too much at once",
      "RT0003",
      (output: InProcessOutput) =>
        output.write(encodeFrame(MessageType.Run, new Uint8Array(MAX_PAYLOAD_BYTES + 1))),
    ],
    [
      "writes what is no frame",
      "RT0012",
      (output: InProcessOutput) => output.write(new TextEncoder().encode("<html>no</html>")),
    ],
  ] as const) {
    it(`fails when it ${what}`, async () => {
      const { handlers, events, invoker } = prepare();
      invoker.admit();
      invoker.start(request, events);
      await begun();
      misbehave(handlers.output);
      assert.deepEqual(
        events.failures.map((failure) => failure.docCode),
        [docCode],
      );
    });
  }

  it("fails, and says what to do, when the code has no such handler", async () => {
    const { handlers, events, invoker } = prepare();
    handlers.hasHandler = false;
    invoker.admit();
    invoker.start(request, events);
    await begun();
    assert.equal(events.failures[0]?.docCode, "RT0011");
    assert.match(events.failures[0]?.message ?? "", /no handler S\/h .* Bring it back/);
  });
});

it("attempts of other deployments go elsewhere", () => {
  const seen: string[] = [];
  const invoker = (name: string): Invoker => ({
    start: () => {
      seen.push(name);
      return { send() {}, askToSuspend() {}, close() {} };
    },
    close: async () => {
      seen.push(`${name} closed`);
    },
  });
  const routing = createRoutingInvoker(invoker("local"), invoker("remote"));
  routing.start(request, new Events());
  const endpoint = { ...request.endpoint, uri: "http://127.0.0.1:9080/" };
  routing.start({ ...request, endpoint }, new Events());
  void routing.close();
  assert.deepEqual(seen, ["local", "remote", "local closed", "remote closed"]);
});
