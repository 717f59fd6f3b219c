import type { Failure } from "@pawl/protocol";
import type { ReplyHeaders } from "./wire.js";

/** Names that mean something to the protocols, to HTTP or to this server. */
const RESERVED =
  /^(?:grpc-|connect-|x-restate-|access-control-|content-|proxy-|accept|allow$|connection$|date$|host$|idempotency-expires$|keep-alive$|set-cookie$|te$|trailer$|transfer-encoding$|upgrade$|vary$)/;

/** Custom metadata of gRPC: "Header-Name". Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const NAME = /^[0-9a-z_.-]+$/;
const VISIBLE_ASCII = /^[\x20-\x7e]*$/;
const BINARY_SUFFIX = "-bin";

/** With the message it stays within the 8 KiB of headers that everybody accepts. */
const MAX_BYTES = 4 * 1024;

/**
 * The metadata of a handler's failure as metadata of the call: trailers of gRPC and gRPC-web, headers of Connect. What is no
 * visible ASCII goes as `-bin`, base64 of its UTF-8. Left out are names that cannot be sent, and what does not fit any more.
 */
export function failureMetadata({ metadata = [] }: Failure): ReplyHeaders {
  const sent: Record<string, string> = {};
  let bytes = 0;
  for (const { key, value } of metadata) {
    const name = key.toLowerCase();
    if (!NAME.test(name) || RESERVED.test(name)) continue;
    const [field, text] = toField(name, value);
    bytes += field.length + text.length;
    if (bytes > MAX_BYTES) break;
    sent[field] = text;
  }
  return sent;
}

function toField(name: string, value: string): readonly [name: string, value: string] {
  const isBinary = name.endsWith(BINARY_SUFFIX);
  if (!isBinary && VISIBLE_ASCII.test(value)) return [name, value];
  const base64 = Buffer.from(value).toString("base64").replace(/=+$/, "");
  return [isBinary ? name : `${name}${BINARY_SUFFIX}`, base64];
}
