import type { IncomingHttpHeaders } from "node:http";
import { codeToHttpStatus, codeToString, parseTimeout } from "@connectrpc/connect/protocol-connect";
import { ACCEPTED_ENCODINGS, isCompressedWith } from "./compression.js";
import { Code, RpcError } from "./rpc-error.js";
import type { Wire } from "./wire.js";

/** Connect's unary calls. Source: https://connectrpc.com/docs/protocol#unary-rpcs */
export const connect: Wire = {
  timeoutMs(headers) {
    checkVersion(headers["connect-protocol-version"]);
    const { timeoutMs, error } = parseTimeout(text(headers, "connect-timeout-ms"), Number.POSITIVE_INFINITY);
    if (error !== undefined) throw new RpcError(Code.InvalidArgument, error.rawMessage);
    return timeoutMs;
  },

  bodyLimit: (_protocol, messageBytes) => messageBytes,

  readMessage(_protocol, headers, body) {
    return { data: body, isCompressed: isCompressedWith(headers["content-encoding"], "accept-encoding") };
  },

  success({ contentType }, message, headers) {
    return {
      status: 200,
      headers: { ...headers, "content-type": contentType, "accept-encoding": ACCEPTED_ENCODINGS },
      body: message,
      trailers: null,
    };
  },

  /** Always JSON, whatever the call's own encoding. The metadata of an error are headers. */
  error(_protocol, error, headers) {
    return {
      status: codeToHttpStatus(error.code),
      headers: { ...error.metadata, ...headers, ...error.headers, "content-type": "application/json" },
      exposed: Object.keys(error.metadata),
      body: Buffer.from(JSON.stringify(errorJson(error))),
      trailers: null,
    };
  },
};

/** @see https://connectrpc.com/docs/protocol#error-end-stream */
export function errorJson(error: RpcError): { readonly code: string; readonly message: string } {
  return { code: codeToString(error.code), message: error.message };
}

/** The header is optional; only one version exists. */
export function checkVersion(version: string | string[] | null | undefined): void {
  if (version === undefined || version === null || version === "1") return;
  throw new RpcError(
    Code.InvalidArgument,
    `connect-protocol-version '${version}' is unknown: leave it out, or send 1`,
  );
}

function text(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}
