/** Requests as bytes, for what no client would send. */
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Envelope } from "./envelope.js";
import { EnvelopeReader, encodeEnvelope } from "./envelope.js";

export interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request over cleartext HTTP/2 with prior knowledge. */
export async function overHttp2(
  url: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
): Promise<RawAnswer> {
  const session: ClientHttp2Session = connect(url);
  try {
    return await new Promise((resolve, reject) => {
      session.on("error", reject);
      const stream = session.request({ ":method": "POST", ":path": path, ...headers });
      const chunks: Buffer[] = [];
      let received: IncomingHttpHeaders = {};
      let trailers: IncomingHttpHeaders = {};
      stream.on("response", (first) => {
        received = first;
      });
      stream.on("trailers", (last) => {
        trailers = last;
      });
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", reject);
      stream.on("end", () => resolve({ headers: received, trailers, body: Buffer.concat(chunks) }));
      stream.end(body);
    });
  } finally {
    session.close();
  }
}

export interface GrpcStatus {
  readonly status: number;
  readonly message: string;
}

/** What gRPC's trailers say. */
export function grpcStatus({ trailers }: RawAnswer): GrpcStatus {
  const { "grpc-status": status, "grpc-message": message = "" } = trailers;
  return { status: Number(status), message: decodeURIComponent(String(message)) };
}

/** What the trailers at the end of gRPC-web's body say. */
export function webStatus(body: Uint8Array): GrpcStatus & { readonly messages: readonly Uint8Array[] } {
  const envelopes: Envelope[] = new EnvelopeReader(1_000_000).feed(body);
  const last = envelopes.pop();
  const lines = Buffer.from(last?.flags === 0x80 ? last.data : []).toString();
  const trailers = new Map(
    lines.split("\r\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]),
  );
  return {
    status: Number(trailers.get("grpc-status")),
    message: decodeURIComponent(trailers.get("grpc-message") ?? ""),
    messages: envelopes.map(({ data }) => data),
  };
}

export const framed = (message: Uint8Array, flags = 0): Uint8Array => encodeEnvelope(flags, message);
