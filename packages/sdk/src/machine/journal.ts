import { type FrameParts, type MessageCodec, messageName, type Outcome } from "@pawl/protocol";
import { GRPC_STATUS_METADATA } from "../grpc-status.js";
import { AttemptError, protocolViolation, type RelatedCommand, unsupportedFeature } from "./errors.js";
import { commandMismatch, commandTypeMismatch, type Divergence } from "./mismatch.js";
import { differences } from "./replay-check.js";
import type { MachineState } from "./state.js";

interface Named {
  readonly name?: string;
}

export interface CommandOptions {
  /** False for values whose serialization may differ between attempts. */
  readonly comparePayloads?: boolean;
}

/**
 * The next command of the handler: compared with the journal while replaying, written while processing.
 *
 * @returns the command as the journal has it
 * @throws AttemptError when the journal has something else at this place
 */
export function command<T extends Named>(
  machine: MachineState,
  codec: MessageCodec<T>,
  message: T,
  options?: CommandOptions,
): T {
  const before = machine.journal.latest;
  const related = machine.journal.begin(codec.type, message.name);
  if (machine.phase === "processing") {
    machine.journal.atFirstNewEntry = false;
    machine.write(codec, message);
    return message;
  }
  const frame = nextReplayed(machine, related);
  if (frame.type !== codec.type) {
    throw commandTypeMismatch(related, message, frame, divergence(machine, before));
  }
  const recorded = codec.decode(frame.payload);
  const comparePayloads = (machine.options.comparePayloads ?? true) && (options?.comparePayloads ?? true);
  const found = differences(codec.type, recorded, message, comparePayloads);
  if (found.length > 0) throw commandMismatch(related, found, divergence(machine, before));
  return recorded;
}

/** @param before the command on which code and journal still agreed */
export function divergence(
  machine: MachineState,
  before: RelatedCommand,
  stack = machine.options.locate?.(),
): Divergence {
  const { toReplay, replayed } = machine.journal;
  return {
    before,
    after: toReplay.slice(replayed),
    ...(stack && { stack }),
  };
}

/** Consumes the next command of the journal. With the last one the machine turns to processing. */
export function nextReplayed(machine: MachineState, related: RelatedCommand): FrameParts {
  if (machine.phase !== "replaying") {
    throw protocolViolation(`${messageName(related.type)} is not possible while ${machine.phase}.`);
  }
  const { journal } = machine;
  const frame = journal.toReplay[journal.replayed];
  if (frame === undefined) throw protocolViolation("The journal holds no command to replay.");
  journal.replayed++;
  if (journal.replayed === journal.toReplay.length) {
    machine.phase = "processing";
    journal.toReplay.length = 0;
    journal.replayed = 0;
  }
  return frame;
}

/** The type of the command that replay would find next; undefined when not replaying. */
export function peekReplayedType(machine: MachineState): number | undefined {
  return machine.phase === "replaying" ? machine.journal.toReplay[machine.journal.replayed]?.type : undefined;
}

export function requireVersion(machine: MachineState, version: number, feature: string): void {
  if (machine.version < version) throw unsupportedFeature(feature, machine.version, version);
}

/**
 * An outcome as this version of the protocol can carry it. V5 has no metadata of failures: a gRPC status, which the SDK
 * itself put there, is left away, since the code next to it says nearly the same; a user's metadata is refused.
 */
export function fitOutcome<T extends Outcome | { kind: "void" }>(machine: MachineState, outcome: T): T {
  if (machine.version >= 6 || outcome.kind !== "failure" || outcome.failure.metadata === undefined)
    return outcome;
  const { code, message, metadata } = outcome.failure;
  if (metadata.some(({ key }) => key !== GRPC_STATUS_METADATA)) {
    requireVersion(machine, 6, "Metadata of a terminal error");
  }
  return { ...outcome, failure: { code, message } };
}

/** A user's mistake in the arguments of an operation: fails the attempt before anything is written. */
export function rejectEmpty(value: string | undefined, what: string): void {
  if (value === "") throw new AttemptError(500, `The ${what} must not be empty.`);
}
