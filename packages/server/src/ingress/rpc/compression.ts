import { gunzip } from "node:zlib";
import { messageTooLarge } from "./envelope.js";
import { badRequest, Code, RpcError } from "./rpc-error.js";

/** What clients may compress their requests with. Answers are not compressed. */
export const ACCEPTED_ENCODINGS = "gzip";

/**
 * @param encoding the value of the protocol's header; undefined: none
 * @returns whether something is to be undone
 * @throws RpcError unimplemented, which names what is supported
 */
export function isCompressedWith(encoding: string | undefined, acceptHeader: string): boolean {
  if (encoding === undefined || encoding === "" || encoding === "identity") return false;
  if (encoding === "gzip") return true;
  throw new RpcError(
    Code.Unimplemented,
    `the compression '${encoding}' is not supported: use ${ACCEPTED_ENCODINGS} or identity`,
    { [acceptHeader]: ACCEPTED_ENCODINGS },
  );
}

/** Unpacks at most `limitBytes`: what would become larger is given up on the way. */
export function decompress(
  bytes: Uint8Array,
  limitBytes: number,
  done: (error: RpcError | null, bytes: Uint8Array) => void,
): void {
  gunzip(bytes, { maxOutputLength: Math.max(limitBytes, 1) }, (error, unpacked) => {
    if (error === null) done(null, unpacked);
    else if ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
      done(messageTooLarge(limitBytes), bytes);
    else done(badRequest(`the body is not gzip: ${error.message}`), bytes);
  });
}
