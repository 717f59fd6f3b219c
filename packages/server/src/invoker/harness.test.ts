/**
 * What the tests of this folder share: endpoints on real sockets, attempts, and a record of what is reported. Endpoints
 * and invokers are closed after each test; what an endpoint's code threw fails the test then.
 */
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from "node:http";
import {
  constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { afterEach } from "node:test";
import {
  codec,
  encodeFrames,
  type Frame,
  FrameDecoder,
  formatInvocationId,
  MessageType,
} from "@pawl/protocol";
import type { AttemptFailure, JournalEntry } from "../partition/model.js";
import type { HttpEndpoint } from "./endpoint.js";
import { createHttpInvoker } from "./http-invoker.js";
import type { Attempt, AttemptEvents, AttemptRequest, Invoker } from "./invoker.js";
import type { HttpInvokerOptions } from "./options.js";

const cleanups: (() => Promise<void>)[] = [];
const errors: unknown[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  const [error] = errors.splice(0);
  if (error !== undefined) throw error;
});

export const V6 = "application/vnd.restate.invocation.v6";
export const INPUT: JournalEntry = {
  type: MessageType.Input,
  payload: codec.Input.encode({ headers: [], value: Buffer.from('"hello"') }),
};
export const OUTPUT: JournalEntry = {
  type: MessageType.Output,
  payload: codec.Output.encode({ result: { kind: "value", value: Buffer.from('"done"') } }),
};
export const END: JournalEntry = { type: MessageType.End, payload: new Uint8Array(0) };
export const SUSPENSION: JournalEntry = {
  type: MessageType.Suspension,
  payload: codec.Suspension.encode({ completions: [1], signals: [1], namedSignals: [] }),
};

export function invocationId(n: number): string {
  const id = new Uint8Array(24);
  new DataView(id.buffer).setUint32(20, n);
  return formatInvocationId(id);
}

/** One invocation as an endpoint sees it. */
export class Invocation {
  /** Nothing came yet that was not taken. */
  readonly #frames: Frame[] = [];
  #hasInputEnded = false;
  #wake: () => void = () => {};

  constructor(
    readonly stream: ServerHttp2Stream,
    readonly headers: IncomingHttpHeaders,
  ) {
    const decoder = new FrameDecoder();
    stream.on("data", (chunk: Buffer) => {
      decoder.push(chunk);
      for (let frame = decoder.next(); frame; frame = decoder.next()) this.#frames.push(frame);
      this.#wake();
    });
    stream.on("end", () => {
      this.#hasInputEnded = true;
      this.#wake();
    });
    stream.on("error", () => {});
  }

  /** The next frame, or null when the server has half-closed. */
  async next(): Promise<Frame | null> {
    while (this.#frames.length === 0) {
      if (this.#hasInputEnded) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift()!;
  }

  /** Start and the journal that it announces. */
  async opening(): Promise<{ start: ReturnType<typeof codec.Start.decode>; journal: Frame[] }> {
    const start = codec.Start.decode((await this.next())!.payload);
    const journal: Frame[] = [];
    for (let i = 0; i < start.knownEntries; i++) journal.push((await this.next())!);
    return { start, journal };
  }

  respond(status = 200, headers: Record<string, string> = {}): void {
    this.stream.respond({ ":status": status, "content-type": this.headers["content-type"], ...headers });
  }

  write(...frames: JournalEntry[]): void {
    if (!this.stream.headersSent) this.respond();
    this.stream.write(encodeFrames(frames));
  }

  end(...frames: JournalEntry[]): void {
    if (!this.stream.headersSent) this.respond();
    if (frames.length === 0) this.stream.end();
    else this.stream.end(encodeFrames(frames));
  }
}

export interface TestEndpoint {
  readonly uri: string;
  /** Every connection since the start. */
  readonly sessions: ServerHttp2Session[];
  /** Breaks all connections and stops listening. */
  stop(): Promise<void>;
}

export async function startHttp2Endpoint(
  onInvocation: (invocation: Invocation) => void | Promise<void>,
  options: ServerOptions = {},
): Promise<TestEndpoint> {
  const server = createHttp2Server(options);
  const sessions: ServerHttp2Session[] = [];
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", async (stream, headers) => {
    try {
      await onInvocation(new Invocation(stream, headers));
    } catch (error) {
      errors.push(error);
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  });
  return { uri: await listen(server as unknown as Server, "http"), sessions, stop: cleanups.at(-1)! };
}

export async function startHttp1Endpoint(
  onRequest: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
): Promise<{ uri: string; stop(): Promise<void> }> {
  const server = createHttp1Server((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => onRequest(request, response, Buffer.concat(chunks)));
  });
  return { uri: await listen(server, "http"), stop: cleanups.at(-1)! };
}

/** On a free port of the loopback interface, until the test's end. */
export async function listen(server: Server, scheme: string): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function http2Endpoint(uri: string, more: Partial<HttpEndpoint> = {}): HttpEndpoint {
  return {
    deploymentId: "dp_1",
    uri,
    protocolType: "BidiStream",
    httpVersion: "HTTP/2.0",
    additionalHeaders: {},
    ...more,
  };
}

export function attemptOn(
  endpoint: HttpEndpoint | string,
  more: Partial<AttemptRequest<HttpEndpoint>> = {},
): AttemptRequest<HttpEndpoint> {
  return {
    endpoint: typeof endpoint === "string" ? http2Endpoint(endpoint) : endpoint,
    protocolVersion: 6,
    invocationId: invocationId(1),
    service: "Greeter",
    handler: "greet",
    key: null,
    journal: [INPUT],
    state: [],
    isPartialState: true,
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
    idempotencyKey: null,
    traceparent: null,
    tracestate: null,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 60_000,
    ...more,
  };
}

/** An attempt under way and all that was reported of it. */
export class RunningAttempt implements AttemptEvents {
  readonly attempt: Attempt;
  readonly received: Frame[] = [];
  /** How many times `frames` was called. */
  calls = 0;
  failure: AttemptFailure | null = null;
  readonly #isOver: Promise<void>;
  #end!: () => void;
  #wake: () => void = () => {};

  constructor(invoker: Invoker<HttpEndpoint>, request: AttemptRequest<HttpEndpoint>) {
    this.#isOver = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.attempt = invoker.start(request, this);
  }

  frames(frames: readonly Frame[]): void {
    this.calls++;
    this.received.push(...frames);
    this.#wake();
    const last = frames.at(-1)!.type;
    if (last === MessageType.End || last === MessageType.Suspension || last === MessageType.Error) {
      this.attempt.close();
      this.#end();
    }
  }

  failed(failure: AttemptFailure): void {
    if (this.failure !== null) throw new Error("an attempt fails once");
    this.failure = failure;
    this.#wake();
    this.#end();
  }

  get types(): number[] {
    return this.received.map((frame) => frame.type);
  }

  /** Until so many frames have come. */
  async count(frames: number): Promise<void> {
    while (this.received.length < frames && this.failure === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Until the terminal frame, which makes the types of all frames the result, or the failure. */
  async outcome(): Promise<readonly number[] | AttemptFailure> {
    await this.#isOver;
    return this.failure ?? this.types;
  }

  async failureOf(): Promise<AttemptFailure> {
    await this.#isOver;
    if (this.failure === null) throw new Error(`no failure, but frames ${this.types.join(", ")}`);
    return this.failure;
  }
}

/** An invoker that is closed when the test ends. */
export function testInvoker(options: HttpInvokerOptions = {}): Invoker<HttpEndpoint> {
  const invoker = createHttpInvoker(options);
  cleanups.push(() => invoker.close());
  return invoker;
}

export const DONE = [MessageType.Output, MessageType.End];

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
