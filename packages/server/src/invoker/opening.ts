import { codec, type FrameWriter, MessageType, parseInvocationId, type Start } from "@pawl/protocol";
import { frameChunks } from "./frame-chunks.js";
import type { AttemptRequest } from "./invoker.js";
import { randomSeedOf } from "./random-seed.js";

const FIRST_VERSION_WITH_SEED = 6;
const FIRST_VERSION_WITH_IDEMPOTENCY_KEY = 7;

/**
 * What every attempt begins with: the Start frame, then the whole journal. Source: modern.md 1.4 and 1.7.
 * @throws ProtocolError when the invocation id is none
 */
export function opening(writer: FrameWriter, request: AttemptRequest): Uint8Array[] {
  writer.message(MessageType.Start, codec.Start, startOf(request));
  return frameChunks(writer, request.journal);
}

function startOf(request: AttemptRequest): Start {
  const { protocolVersion, invocationId, journal, idempotencyKey } = request;
  const id = parseInvocationId(invocationId);
  return {
    id,
    debugId: invocationId,
    knownEntries: journal.length,
    stateMap: request.state,
    partialState: request.isPartialState,
    key: request.key ?? "",
    retryCountSinceLastStoredEntry: request.retryCountSinceLastStoredEntry,
    durationSinceLastStoredEntryMs: Math.max(0, Math.round(request.durationSinceLastStoredEntryMs)),
    ...(protocolVersion >= FIRST_VERSION_WITH_SEED && { randomSeed: randomSeedOf(id) }),
    ...(protocolVersion >= FIRST_VERSION_WITH_IDEMPOTENCY_KEY &&
      idempotencyKey !== null && { idempotencyKey }),
  };
}
