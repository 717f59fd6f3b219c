import * as zlib from "node:zlib";

/*
 * What a Lambda function and a server compress for each other. Apart from the rest of the package, which needs nothing of
 * Node.js.
 */

/** A journal, or an answer, is at most this large when it is unpacked; more is refused. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

interface Zstd {
  compress(data: Uint8Array): Uint8Array;
  /** @throws RangeError when the result is larger than 256 MiB, and the errors of zlib on what is no zstd */
  decompress(data: Uint8Array): Uint8Array;
}

/** Node has zstd from 22.15 on; its types here are those of Node 20. */
type MaybeWithZstd = {
  readonly zstdCompressSync?: (data: Uint8Array) => Uint8Array;
  readonly zstdDecompressSync?: (data: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
};

/** Undefined where the platform has none: then nothing is compressed. */
export const zstd: Zstd | undefined = ((): Zstd | undefined => {
  const { zstdCompressSync, zstdDecompressSync } = zlib as MaybeWithZstd;
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return undefined;
  return {
    compress: zstdCompressSync,
    decompress: (data) => zstdDecompressSync(data, { maxOutputLength: MAX_UNPACKED_BYTES }),
  };
})();
