import { clientOf, type Exchange } from "../../http/exchange.js";
import type { Client, Responder, Response } from "../../partition/commands.js";
import { parseBinary, writeJson } from "../../protobuf/mapping.js";
import { readBody } from "../body.js";
import { type RequestStatus, statusOfResponse } from "../meter.js";
import { decompress } from "./compression.js";
import { Deadline } from "./deadline.js";
import { messageTooLarge } from "./envelope.js";
import type { RpcHost } from "./host.js";
import type { Answer, UnaryMethod, Work } from "./method.js";
import type { Protocol } from "./protocol.js";
import { Code, RpcError, statusOf, toRpcError } from "./rpc-error.js";
import { sendReply } from "./send.js";
import { type RawMessage, type Wire, wireOf } from "./wire.js";

type Asking = Extract<Work, { kind: "ask" }>;

/** One call with one answer, over any protocol. */
export class UnaryCall implements Responder {
  readonly #wire: Wire;
  #asking: Asking | null = null;
  #deadline: Deadline | null = null;
  #isAnswered = false;
  /** What the core said, if it did. */
  #status: RequestStatus | null = null;

  constructor(
    readonly host: RpcHost,
    readonly exchange: Exchange,
    readonly protocol: Protocol,
    readonly method: UnaryMethod,
  ) {
    this.#wire = wireOf(protocol);
    // The client goes away before the answer: the invocation goes on, nobody waits for it.
    exchange.response.once("close", () => {
      if (!this.#isAnswered) this.#detach();
    });
  }

  /** Reads the message from the request's body. */
  post(): void {
    this.#guarded(() => this.#post());
  }

  /** Takes a message that is not in the body. */
  withMessage(message: RawMessage): void {
    this.#guarded(() => {
      this.exchange.request.resume();
      this.#startDeadline(this.#wire.timeoutMs(this.exchange.request.headers));
      this.#unpack(message);
    });
  }

  get client(): Client {
    return clientOf(this.exchange, this.protocol.kind.startsWith("grpc") ? "grpc" : "connect_rpc");
  }

  /** Called by the core, once. */
  respond(response: Response): void {
    if (this.#isAnswered) return;
    const { toAnswer } = this.#asking as Asking;
    this.#status = statusOfResponse(response);
    this.#guarded(() => this.#succeed(toAnswer(response)));
  }

  fail(error: unknown): void {
    if (this.#isAnswered) return;
    this.#finish();
    this.exchange.request.resume();
    this.#count(statusOf(error));
    sendReply(this.exchange, this.#wire.error(this.protocol, toRpcError(error), {}));
  }

  #post(): void {
    const { request } = this.exchange;
    const { requestSizeLimitBytes: limit } = this.host;
    this.#startDeadline(this.#wire.timeoutMs(request.headers));
    readBody(request, this.#wire.bodyLimit(this.protocol, limit), (error, body) =>
      this.#guarded(() => {
        if (error !== null) throw error;
        this.#unpack(this.#wire.readMessage(this.protocol, request.headers, body, limit));
      }),
    );
  }

  #unpack({ data, isCompressed }: RawMessage): void {
    const limit = this.host.requestSizeLimitBytes;
    if (!isCompressed) {
      if (data.byteLength > limit) throw messageTooLarge(limit);
      this.#begin(data);
      return;
    }
    decompress(data, limit, (error, bytes) =>
      this.#guarded(() => {
        if (error !== null) throw error;
        this.#begin(bytes);
      }),
    );
  }

  #begin(data: Uint8Array): void {
    // The time may be over before the message is here.
    if (this.#isAnswered) return;
    const { codec } = this.protocol;
    const work = this.method.plan(this.host, { codec, data, http: this.exchange.request });
    if (work.kind === "answer") this.#succeed(work.answer);
    else this.#ask(work);
  }

  #ask(work: Asking): void {
    this.host.enter();
    this.#asking = work;
    const command = work.toCommand(this);
    if (command.kind === "request") this.exchange.target = command.invoke.target;
    this.host.runtime.submit(command);
  }

  #startDeadline(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    this.#deadline = new Deadline(timeoutMs, () => {
      if (this.#isAnswered) return;
      const isInvoked = this.#asking !== null;
      this.#detach();
      this.exchange.request.resume();
      const message = `the deadline of ${timeoutMs} ms is over${isInvoked ? ": the invocation goes on" : ""}`;
      const error = new RpcError(Code.DeadlineExceeded, message, this.#idHeader());
      this.#count("request error");
      sendReply(this.exchange, this.#wire.error(this.protocol, error, {}));
    });
  }

  #idHeader(): Readonly<Record<string, string>> {
    return this.#asking === null ? {} : { "x-restate-id": this.#asking.id };
  }

  #detach(): void {
    const asking = this.#asking;
    this.#finish();
    if (asking !== null) this.host.runtime.submit({ kind: "detach", id: asking.id, responder: this });
  }

  #succeed({ message, headers }: Answer): void {
    const bytes = this.protocol.codec === "json" ? this.#toJson(message) : message;
    this.#finish();
    this.#count("completed");
    sendReply(this.exchange, this.#wire.success(this.protocol, bytes, headers));
  }

  /** @param status for what the core did not answer */
  #count(status: RequestStatus): void {
    this.host.meter.answered(this.exchange, this.#status ?? status);
  }

  #toJson(message: Uint8Array): Uint8Array {
    const { output, types } = this.method;
    try {
      return Buffer.from(writeJson(output, parseBinary(output, message), types));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RpcError(Code.Internal, `the answer cannot be written as JSON: ${reason}`, this.#idHeader());
    }
  }

  #finish(): void {
    this.#isAnswered = true;
    this.#deadline?.cancel();
    if (this.#asking !== null) this.host.leave();
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }
}
