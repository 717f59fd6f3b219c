import { gunzipSync } from "node:zlib";
import type { Message } from "@bufbuild/protobuf";
import type { Exchange } from "../../http/exchange.js";
import { parseBinary, parseJson, parseJsonText, writeBinary, writeJson } from "../../protobuf/mapping.js";
import { corsHeaders } from "../answer.js";
import { isCompressedWith } from "./compression.js";
import { checkVersion } from "./connect.js";
import { Deadline } from "./deadline.js";
import { type Envelope, EnvelopeReader } from "./envelope.js";
import { isCompressedMessage } from "./grpc.js";
import { decodeText } from "./grpc-web.js";
import type { RpcHost } from "./host.js";
import type { StreamInput, StreamMethod, StreamOutput } from "./method.js";
import type { Protocol } from "./protocol.js";
import { badRequest, Code, RpcError, toRpcError } from "./rpc-error.js";
import { streamEnd, streamHeaders, streamMessage } from "./stream-wire.js";
import { wireOf } from "./wire.js";

/** A call of a built-in method that takes or gives several messages. */
export class StreamCall implements StreamOutput {
  readonly #reader: EnvelopeReader;
  #input: StreamInput | null = null;
  #deadline: Deadline | null = null;
  #hasCompression = false;
  #isCounted = false;
  #isOver = false;

  constructor(
    readonly host: RpcHost,
    readonly exchange: Exchange,
    readonly protocol: Protocol,
    readonly method: StreamMethod,
  ) {
    this.#reader = new EnvelopeReader(host.requestSizeLimitBytes);
  }

  start(): void {
    const { request, response } = this.exchange;
    response.writeHead(200, this.#headers());
    this.#guarded(() => this.#open());
    response.once("close", () => this.#close());
    request.on("data", (chunk: Uint8Array) => this.#guarded(() => this.#receive(chunk)));
    request.on("end", () => this.#guarded(() => this.#end()));
  }

  send(message: Message): void {
    if (this.#isOver) return;
    const { output, types } = this.method;
    const bytes =
      this.protocol.codec === "json"
        ? Buffer.from(writeJson(output, message, types))
        : writeBinary(output, message);
    const { request, response } = this.exchange;
    if (response.write(streamMessage(this.protocol, bytes))) return;
    // The client asks faster than it reads.
    request.pause();
    response.once("drain", () => request.resume());
  }

  end(error?: RpcError): void {
    if (this.#isOver) return;
    this.#close();
    const { request, response } = this.exchange;
    const { bytes, trailers } = streamEnd(this.protocol, error);
    if (trailers !== null) response.addTrailers(trailers);
    if (bytes.byteLength > 0) response.end(bytes);
    else response.end();
    request.resume();
  }

  #headers() {
    const { request } = this.exchange;
    const headers = { ...streamHeaders(this.protocol), ...corsHeaders(request) };
    if (request.httpVersionMajor > 1) delete headers.trailer;
    return headers;
  }

  #open(): void {
    const { headers } = this.exchange.request;
    const isConnect = this.protocol.kind === "connectStream";
    if (isConnect) checkVersion(headers["connect-protocol-version"]);
    const encoding = headers[isConnect ? "connect-content-encoding" : "grpc-encoding"];
    this.#hasCompression = isCompressedWith(
      typeof encoding === "string" ? encoding : undefined,
      isConnect ? "connect-accept-encoding" : "grpc-accept-encoding",
    );
    const timeoutMs = wireOf(this.protocol).timeoutMs(headers);
    this.host.enter();
    this.#isCounted = true;
    this.#input = this.method.open(this.host, this);
    if (timeoutMs === undefined) return;
    this.#deadline = new Deadline(timeoutMs, () =>
      this.end(new RpcError(Code.DeadlineExceeded, `the deadline of ${timeoutMs} ms is over`)),
    );
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isOver) return;
    for (const envelope of this.#reader.feed(this.protocol.isText ? decodeText(chunk) : chunk)) {
      if (this.#isOver) return;
      this.#input?.message(this.#parse(envelope));
    }
  }

  #parse({ flags, data }: Envelope): Message {
    const { input, types } = this.method;
    const bytes = isCompressedMessage(flags, this.#hasCompression) ? this.#unpack(data) : data;
    return this.protocol.codec === "json"
      ? parseJson(input, parseJsonText(bytes), types)
      : parseBinary(input, bytes);
  }

  /** Requests of built-in streams are small: unpacking them holds nobody up. */
  #unpack(data: Uint8Array): Uint8Array {
    try {
      return gunzipSync(data, { maxOutputLength: Math.max(this.host.requestSizeLimitBytes, 1) });
    } catch (error) {
      throw badRequest(`a message cannot be unpacked: ${error instanceof Error ? error.message : error}`);
    }
  }

  #end(): void {
    if (this.#isOver) return;
    if (!this.#reader.isEmpty) throw badRequest("the body ends within a message");
    this.#input?.end();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadline?.cancel();
    this.#input?.close();
    if (this.#isCounted) this.host.leave();
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.end(toRpcError(error));
    }
  }
}
