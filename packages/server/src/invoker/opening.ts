import { codec, type FrameWriter, MessageType, parseInvocationId, type Start } from "@pawl/protocol";
import { frameChunks } from "./frame-chunks.js";
import type { AttemptRequest } from "./invoker.js";
import { randomSeedOf } from "./random-seed.js";

const FIRST_VERSION_WITH_SEED = 6;
const FIRST_VERSION_WITH_IDEMPOTENCY_KEY = 7;

/**
 * What every attempt begins with: the Start frame, then the whole journal. Source: Restate 1.7 as observed, docs/compatibility.md
 * @throws ProtocolError when the invocation id is none
 */
export function opening(writer: FrameWriter, request: AttemptRequest): Uint8Array[] {
  writer.message(MessageType.Start, codec.Start, startOf(request));
  return frameChunks(writer, request.journal);
}

type TimeoutName = "inactivityTimeoutMs" | "abortTimeoutMs";

/** Source: Restate 1.7 as observed, docs/compatibility.md */
export function startOf(
  request: Omit<
    AttemptRequest,
    "endpoint" | "service" | "handler" | "traceparent" | "tracestate" | TimeoutName
  >,
): Start {
  const id = parseInvocationId(request.invocationId);
  // Filled in rather than spread: this runs for every attempt.
  const start: { -readonly [K in keyof Start]: Start[K] } = {
    id,
    debugId: request.invocationId,
    knownEntries: request.journal.length,
    stateMap: request.state,
    partialState: request.isPartialState,
    key: request.key ?? "",
    retryCountSinceLastStoredEntry: request.retryCountSinceLastStoredEntry,
    durationSinceLastStoredEntryMs: Math.max(0, Math.round(request.durationSinceLastStoredEntryMs)),
  };
  if (request.protocolVersion >= FIRST_VERSION_WITH_SEED) start.randomSeed = randomSeedOf(id);
  if (request.idempotencyKey !== null && request.protocolVersion >= FIRST_VERSION_WITH_IDEMPOTENCY_KEY) {
    start.idempotencyKey = request.idempotencyKey;
  }
  return start;
}
