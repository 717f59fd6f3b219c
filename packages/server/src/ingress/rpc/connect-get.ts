import { isCompressedWith } from "./compression.js";
import { checkVersion } from "./connect.js";
import { CONNECT_BINARY, CONNECT_JSON, type Protocol } from "./protocol.js";
import { badRequest, Code, RpcError } from "./rpc-error.js";
import type { RawMessage } from "./wire.js";

const EMPTY = new Uint8Array();

/** Whether the query is that of a call with Connect's GET. */
export function isConnectGet(parameters: URLSearchParams): boolean {
  return parameters.has("message") || parameters.has("encoding") || parameters.has("connect");
}

/**
 * The message of a GET. Source: https://connectrpc.com/docs/protocol#unary-get-request; without parameters the default
 * message, and JSON (the documents of 2023, docs/compatibility.md).
 * @throws RpcError
 */
export function connectGetMessage(parameters: URLSearchParams): {
  readonly protocol: Protocol;
  readonly message: RawMessage;
} {
  if (!isConnectGet(parameters)) {
    return { protocol: CONNECT_JSON, message: { data: Buffer.from("{}"), isCompressed: false } };
  }
  const version = parameters.get("connect");
  checkVersion(version === null ? null : version.replace(/^v/, ""));
  const protocol = protocolOf(parameters.get("encoding"));
  const message = parameters.get("message");
  if (message === null) throw badRequest("the query has no parameter message");
  const compression = parameters.get("compression") ?? undefined;
  return {
    protocol,
    message: {
      data: parameters.get("base64") === "1" ? decode(message) : Buffer.from(message),
      isCompressed: message !== "" && isCompressedWith(compression, "accept-encoding"),
    },
  };
}

function protocolOf(encoding: string | null): Protocol {
  if (encoding === "json") return CONNECT_JSON;
  if (encoding === "proto") return CONNECT_BINARY;
  throw new RpcError(Code.InvalidArgument, `the parameter encoding must be json or proto, not '${encoding}'`);
}

/** Padding is optional. */
function decode(base64: string): Uint8Array {
  if (base64 === "") return EMPTY;
  if (!/^[\w-]*={0,2}$/.test(base64) && !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw badRequest("the parameter message is not base64");
  }
  return Buffer.from(base64, "base64url");
}
