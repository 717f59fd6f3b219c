import type { IncomingHttpHeaders } from "node:http";
import { connect } from "./connect.js";
import { grpc } from "./grpc.js";
import { grpcWeb } from "./grpc-web.js";
import type { Protocol } from "./protocol.js";
import type { RpcError } from "./rpc-error.js";

export type ReplyHeaders = Readonly<Record<string, string>>;

/** An answer as it goes out. */
export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** Names of headers that are the call's own metadata: pages of other origins may read them. */
  readonly exposed?: readonly string[];
  readonly body: Uint8Array;
  /** Sent after the body; null: the protocol has none. */
  readonly trailers: ReplyHeaders | null;
}

/** The message of a unary call, before it is unpacked. */
export interface RawMessage {
  readonly data: Uint8Array;
  readonly isCompressed: boolean;
}

/** What one protocol does its own way with a unary call. Pure. */
export interface Wire {
  /** How long the client waits, milliseconds; undefined: as long as it takes. @throws RpcError */
  timeoutMs(headers: IncomingHttpHeaders): number | undefined;
  /** How large the body of a request with a message of `messageBytes` may be. */
  bodyLimit(protocol: Protocol, messageBytes: number): number;
  /** @throws RpcError */
  readMessage(
    protocol: Protocol,
    headers: IncomingHttpHeaders,
    body: Uint8Array,
    limitBytes: number,
  ): RawMessage;
  success(protocol: Protocol, message: Uint8Array, headers: ReplyHeaders): Reply;
  error(protocol: Protocol, error: RpcError, headers: ReplyHeaders): Reply;
}

export function wireOf({ kind }: Protocol): Wire {
  switch (kind) {
    case "connect":
    case "connectStream":
      return connect;
    case "grpc":
      return grpc;
    case "grpcWeb":
      return grpcWeb;
  }
}
