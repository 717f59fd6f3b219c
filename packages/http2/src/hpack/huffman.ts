import { ConnectionError } from "../connection-error.js";
import { ErrorCode } from "../error-codes.js";

/**
 * Bits of the code of each byte, then of EOS. The code is canonical, so that the lengths say all: codes count up, ordered
 * by length, then by byte. Source: RFC 7541, appendix B.
 */
const CODE_LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const EOS = 256;
/** Padding is at most 7 bits, all 1 (RFC 7541, section 5.2). */
const MAX_PADDING_BITS = 7;

/** Nodes of the code's tree, two numbers each, for bit 0 and 1: another node, or a byte as its complement (~byte). */
const TREE = buildTree();

/** @throws ConnectionError on EOS within the string, and on padding that is too long or not all 1 */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  const decoded = Buffer.allocUnsafe(Math.floor(((end - start) * 8) / 5));
  let length = 0;
  let node = 0;
  let bits = 0;
  let isPadding = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >> shift) & 1;
      const next = TREE[2 * node + bit]!;
      if (next >= 0) {
        node = next;
        bits++;
        if (bit === 0) isPadding = false;
        continue;
      }
      if (~next === EOS) throw malformed("EOS within a string");
      decoded[length++] = ~next;
      node = bits = 0;
      isPadding = true;
    }
  }
  if (bits > MAX_PADDING_BITS || !isPadding) throw malformed("bad padding");
  return decoded.toString("latin1", 0, length);
}

function malformed(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, `a Huffman code with ${what}`);
}

function buildTree(): Int16Array {
  const symbols = CODE_LENGTHS.map((_, symbol) => symbol);
  symbols.sort((a, b) => CODE_LENGTHS[a]! - CODE_LENGTHS[b]! || a - b);
  const tree = new Int16Array(2 * EOS);
  let nodes = 1;
  let code = 0;
  let previous = 0;
  for (const symbol of symbols) {
    const length = CODE_LENGTHS[symbol]!;
    code <<= length - previous;
    previous = length;
    let node = 0;
    for (let shift = length - 1; shift > 0; shift--) {
      const at = 2 * node + ((code >> shift) & 1);
      if (tree[at] === 0) tree[at] = nodes++;
      node = tree[at]!;
    }
    tree[2 * node + (code & 1)] = ~symbol;
    code++;
  }
  return tree;
}
