import { type Frame, FrameDecoder, isKnownType, MessageType, ProtocolError } from "@pawl/protocol";

/**
 * Cuts an answer into frames, up to and with the terminal one. What comes after that is dropped; whether an endpoint may
 * send the frames before it is for the core to say.
 */
export class FrameReader {
  /** A terminal frame was read. */
  isEnded = false;
  /** What is wrong with the bytes. The frames before that place were read. */
  error: ProtocolError | undefined;
  readonly #decoder: FrameDecoder;
  #isFirst = true;

  constructor(maxPayloadBytes: number) {
    this.#decoder = new FrameDecoder({ maxPayloadBytes });
  }

  /** The frames that are complete with this chunk. The chunk must not be written to again. */
  read(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    if (this.isEnded || this.error !== undefined) return frames;
    try {
      if (this.#isFirst) {
        this.#isFirst = false;
        checkBeginning(chunk);
      }
      this.#decoder.push(chunk);
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
        frames.push(frame);
        if (isTerminal(frame.type)) {
          this.isEnded = true;
          break;
        }
      }
    } catch (error) {
      this.#keep(error);
    }
    return frames;
  }

  /** The answer is over: within a frame is an error. */
  finish(): void {
    if (this.isEnded || this.error !== undefined) return;
    try {
      this.#decoder.end();
    } catch (error) {
      this.#keep(error);
    }
  }

  #keep(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.error = error;
  }
}

/** These end the stream: exactly one of them comes, and last. */
function isTerminal(type: number): boolean {
  return type === MessageType.End || type === MessageType.Suspension || type === MessageType.Error;
}

const SHOWN_BYTES = 32;

/** Text or HTML would be taken for a frame of hundreds of megabytes: say what it is instead. */
function checkBeginning(chunk: Uint8Array): void {
  if (chunk.length < 2) return;
  const type = (chunk[0]! << 8) | chunk[1]!;
  if (isKnownType(type)) return;
  const beginning = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, SHOWN_BYTES));
  throw new ProtocolError(
    "malformed",
    `the answer is no stream of frames: it begins with ${show(beginning)}`,
  );
}

function show(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  return /^[\x20-\x7e\s]*$/.test(text) ? JSON.stringify(text) : `0x${bytes.toString("hex")}`;
}
