import { ProtocolError } from "../errors.js";
import { Combinator, type Future } from "../messages.js";
import { ProtoReader } from "../proto-reader.js";
import { type ProtoWriter, varintBytes } from "../proto-writer.js";
import { encodeUtf8 } from "../text.js";
import { encodeWith } from "./message-codec.js";

/**
 * How deep a tree of futures may be; the root is at depth 1.
 * The official server's default for `worker.invoker.max-awaited-future-depth` is the same 1000.
 */
export const MAX_FUTURE_DEPTH = 1000;

const NO_NUMBERS: readonly number[] = [];
const NO_TEXTS: readonly string[] = [];
const NO_FUTURES: readonly Future[] = [];

/**
 * Future { waiting_completions packed u32 = 1, waiting_signals packed u32 = 2, waiting_named_signals repeated = 3,
 * nested_futures repeated = 4, combinator_type enum = 5 }
 */
function readFields(r: ProtoReader, depth: number): Future {
  if (depth > MAX_FUTURE_DEPTH) throw r.tooDeep(MAX_FUTURE_DEPTH);
  let completions: number[] | undefined;
  let signals: number[] | undefined;
  let namedSignals: string[] | undefined;
  let nested: Future[] | undefined;
  let combinator: Combinator = Combinator.Unknown;
  while (r.more()) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        completions ??= [];
        r.packedUint32(completions);
        break;
      case 0x08:
        completions ??= [];
        completions.push(r.uint32Element());
        break;
      case 0x12:
        signals ??= [];
        r.packedUint32(signals);
        break;
      case 0x10:
        signals ??= [];
        signals.push(r.uint32Element());
        break;
      case 0x1a:
        namedSignals ??= [];
        r.countElement();
        namedSignals.push(r.text());
        break;
      case 0x22: {
        nested ??= [];
        r.countElement();
        const outer = r.enter();
        nested.push(readFields(r, depth + 1));
        r.leave(outer);
        break;
      }
      case 0x28:
        combinator = combinatorOf(r.enumeration());
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    completions: completions ?? NO_NUMBERS,
    signals: signals ?? NO_NUMBERS,
    namedSignals: namedSignals ?? NO_TEXTS,
    nested: nested ?? NO_FUTURES,
    combinator,
  };
}

/** A combinator from a future protocol is treated as Unknown, which means first completed. */
function combinatorOf(value: number): Combinator {
  return value >= 0 && value <= Combinator.AllSucceededOrFirstFailed
    ? (value as Combinator)
    : Combinator.Unknown;
}

/** Reads a Future as a field of another message. */
export function readFuture(r: ProtoReader): Future {
  const outer = r.enter();
  const future = readFields(r, 1);
  r.leave(outer);
  return future;
}

/** A list of numbers as a packed field without its tag. */
function packedBytes(values: readonly number[]): number {
  let bytes = 0;
  for (const value of values) bytes += varintBytes(value);
  return bytes;
}

/**
 * The sizes of all nodes in the order in which `writeFields` meets them. Sizes come first so that a deep tree is not
 * moved once per level, as `open`/`close` would.
 */
function measure(future: Future, depth: number, sizes: number[]): number {
  if (depth > MAX_FUTURE_DEPTH) {
    throw new ProtocolError("too-deep", `Future: nested deeper than ${MAX_FUTURE_DEPTH}`);
  }
  const slot = sizes.length;
  sizes.push(0);
  let size = 0;
  for (const list of [future.completions, future.signals]) {
    if (list.length > 0) size += lengthDelimited(packedBytes(list));
  }
  for (const name of future.namedSignals) size += lengthDelimited(encodeUtf8(name).length);
  for (const child of future.nested) size += lengthDelimited(measure(child, depth + 1, sizes));
  if (future.combinator !== Combinator.Unknown) size += 2;
  sizes[slot] = size;
  return size;
}

/** The bytes of a field with a one-byte tag. */
function lengthDelimited(bytes: number): number {
  return 1 + varintBytes(bytes) + bytes;
}

class SizeQueue {
  readonly #sizes: readonly number[];
  #next = 0;
  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }
  take(): number {
    return this.#sizes[this.#next++]!;
  }
}

function writeFields(w: ProtoWriter, future: Future, sizes: SizeQueue): void {
  if (future.completions.length > 0) w.packedUint32(0x0a, future.completions);
  if (future.signals.length > 0) w.packedUint32(0x12, future.signals);
  for (const name of future.namedSignals) w.text(0x1a, name);
  for (const child of future.nested) {
    w.openSized(0x22, sizes.take());
    writeFields(w, child, sizes);
  }
  if (future.combinator !== Combinator.Unknown) w.uint32(0x28, future.combinator);
}

/** Writes a Future as a field of another message. @throws ProtocolError "too-deep" */
export function writeFuture(w: ProtoWriter, tag: number, future: Future): void {
  const sizes: number[] = [];
  w.openSized(tag, measure(future, 1, sizes));
  const queue = new SizeQueue(sizes);
  queue.take();
  writeFields(w, future, queue);
}

/** The tree of what a handler waits for (V7), outside of any message. */
const FutureCodec = {
  /** @throws ProtocolError "too-deep" above `MAX_FUTURE_DEPTH` levels */
  encode(future: Future): Uint8Array {
    const sizes: number[] = [];
    measure(future, 1, sizes);
    const queue = new SizeQueue(sizes);
    queue.take();
    return encodeWith((w) => writeFields(w, future, queue), undefined);
  },
  /** @throws ProtocolError "too-deep" above `MAX_FUTURE_DEPTH` levels, "malformed" or "truncated" on bad bytes */
  decode(bytes: Uint8Array): Future {
    return readFields(new ProtoReader(bytes, "Future"), 1);
  },
};

export { FutureCodec as Future };
