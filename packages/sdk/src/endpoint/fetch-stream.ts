import type { Attempt, OutputSink } from "../runtime/attempt.js";

/** The answer's bytes that may wait for a slow reader before the handler is held back. */
const OUTPUT_BUFFER_BYTES = 256 * 1024;

/**
 * Connects an attempt with web streams: chunks in, chunks out, backpressure both ways, and the end of either.
 *
 * @param input the request's body, or what was read of it
 * @param signal aborted when the caller is gone
 * @returns the answer's body
 */
export function streamAttempt(
  input: ReadableStream<Uint8Array> | Uint8Array | null,
  signal: AbortSignal,
  start: (sink: OutputSink) => Attempt,
): ReadableStream<Uint8Array> {
  let attempt: Attempt;
  const output = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const disconnected = (): void => {
          if (attempt.isOver) return;
          attempt.disconnected();
          controller.error(signal.reason);
        };
        attempt = start({
          write: (bytes) => {
            controller.enqueue(bytes);
            return controller.desiredSize! > 0;
          },
          end: (bytes) => {
            signal.removeEventListener("abort", disconnected);
            if (bytes !== undefined) controller.enqueue(bytes);
            controller.close();
          },
        });
        if (signal.aborted) disconnected();
        else signal.addEventListener("abort", disconnected, { once: true });
        void feed(attempt, input).catch(disconnected);
      },
      pull: () => attempt.outputDrained(),
      cancel: () => attempt.disconnected(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: OUTPUT_BUFFER_BYTES }),
  );
  return output;
}

/** @returns the whole input, or more than `maxBytes` of it */
export async function readBeyond(
  input: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = input?.getReader();
  while (reader !== undefined && size <= maxBytes) {
    const { value } = await reader.read();
    if (value === undefined) break;
    size += value.length;
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

async function feed(attempt: Attempt, input: ReadableStream<Uint8Array> | Uint8Array | null): Promise<void> {
  if (input instanceof Uint8Array) {
    attempt.receive(input);
  } else if (input !== null) {
    // Read to its end even when the attempt is over: to cancel a request may cut the answer off with it.
    const reader = input.getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
      attempt.receive(chunk.value);
  }
  attempt.receiveEnd();
}
