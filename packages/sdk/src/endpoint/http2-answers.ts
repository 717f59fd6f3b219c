import { AsyncResource } from "node:async_hooks";
import {
  encodeFields,
  type RequestFields,
  type ServerSession,
  type ServerStream,
  type ServerStreamOwner,
} from "@pawl/http2";
import type { ProtocolMode } from "@pawl/protocol";
import type { Attempt, OutputSink } from "../runtime/attempt.js";
import type { CompleteAnswer, Endpoint, EndpointAnswer } from "./endpoint.js";

type StreamAnswer = Extract<EndpointAnswer, { kind: "stream" }>;
type ExchangeAnswer = Extract<EndpointAnswer, { kind: "exchange" }>;

/** The answer to a request, as the owner of its stream. */
export function answerTo(
  endpoint: Endpoint,
  mode: ProtocolMode,
  session: ServerSession,
  { path, headers }: RequestFields,
): ServerStreamOwner {
  const answer = endpoint.handle({ path, headers, mode });
  switch (answer.kind) {
    case "complete":
      return new CompletedAnswer(session, answer);
    case "exchange":
      return new Exchange(session, answer);
    case "stream":
      return mode === "BIDI_STREAM"
        ? new BidiAttempt(session, answer)
        : new RequestResponseAttempt(session, answer);
  }
}

/** Heads by the headers that they are made of: endpoints share those. */
const heads = new WeakMap<object, Buffer>();

function headOf({ status, headers }: { readonly status: number; readonly headers: object }): Buffer {
  let head = heads.get(headers);
  if (head === undefined) {
    head = encodeFields([[":status", String(status)], ...Object.entries(headers)]);
    heads.set(headers, head);
  }
  return head;
}

function respond(session: ServerSession, stream: ServerStream, answer: CompleteAnswer): void {
  session.respond(stream, headOf(answer));
  stream.write([answer.body], true);
}

/** It does not need the request's body. */
class CompletedAnswer implements ServerStreamOwner {
  readonly #session: ServerSession;
  readonly #answer: CompleteAnswer;

  constructor(session: ServerSession, answer: CompleteAnswer) {
    this.#session = session;
    this.#answer = answer;
  }

  opened(stream: ServerStream): void {
    respond(this.#session, stream, this.#answer);
  }

  data(): void {}
  drained(): void {}
  ended(): void {}
  closed(): void {}
}

/** Nothing is answered to a request that breaks off. */
class Exchange implements ServerStreamOwner {
  readonly #session: ServerSession;
  readonly #answer: ExchangeAnswer;
  #stream!: ServerStream;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(session: ServerSession, answer: ExchangeAnswer) {
    this.#session = session;
    this.#answer = answer;
  }

  opened(stream: ServerStream): void {
    this.#stream = stream;
  }

  data(chunk: Uint8Array): void {
    if (this.#bytes > this.#answer.maxBodyBytes) return;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
  }

  ended(): void {
    const body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    void this.#answer.respond(body).then((answer) => respond(this.#session, this.#stream, answer));
  }

  drained(): void {}
  closed(): void {}
}

/**
 * An attempt and its stream. It is a resource of its own to AsyncLocalStorage: what a handler enters there must not reach
 * other handlers of the same connection.
 */
abstract class AttemptOnStream extends AsyncResource implements ServerStreamOwner, OutputSink {
  readonly #session: ServerSession;
  readonly #answer: StreamAnswer;
  #stream!: ServerStream;
  protected attempt!: Attempt;

  constructor(session: ServerSession, answer: StreamAnswer) {
    // Nobody waits for its end; tracking that would cost more than the rest of it.
    super("PawlAttempt", { requireManualDestroy: true });
    this.#session = session;
    this.#answer = answer;
  }

  opened(stream: ServerStream): void {
    this.#stream = stream;
    this.attempt = this.#answer.start(this);
  }

  protected sendHead(): void {
    this.#session.respond(this.#stream, headOf(this.#answer));
  }

  protected receive(chunk: Uint8Array): void {
    this.runInAsyncScope(receive, undefined, this.attempt, chunk);
  }

  write(bytes: Uint8Array): boolean {
    return this.#stream.write([bytes], false);
  }

  end(bytes?: Uint8Array): void {
    if (bytes === undefined) this.#stream.end();
    else this.#stream.write([bytes], true);
  }

  abstract data(chunk: Uint8Array): void;
  abstract ended(): void;

  drained(): void {
    this.attempt.outputDrained();
  }

  closed(): void {
    this.attempt.disconnected();
  }
}

class BidiAttempt extends AttemptOnStream {
  override opened(stream: ServerStream): void {
    super.opened(stream);
    this.sendHead();
  }

  data(chunk: Uint8Array): void {
    this.receive(chunk);
  }

  ended(): void {
    this.attempt.receiveEnd();
  }
}

/** The request is read to its end first, since not every proxy passes an answer on before. */
class RequestResponseAttempt extends AttemptOnStream {
  #chunks: Uint8Array[] = [];

  data(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  ended(): void {
    this.sendHead();
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) this.receive(chunk);
    this.attempt.receiveEnd();
  }
}

function receive(attempt: Attempt, chunk: Uint8Array): void {
  attempt.receive(chunk);
}
