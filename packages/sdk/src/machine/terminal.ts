import { codec, ErrorBehavior, type Outcome, ProtocolErrorCode } from "@pawl/protocol";
import { AttemptError } from "./errors.js";
import { command, fitOutcome } from "./journal.js";
import type { MachineState } from "./state.js";

/** Writes the handler's result and ends the invocation. */
export function complete(machine: MachineState, result: Outcome): void {
  command(machine, codec.Output, { result: fitOutcome(machine, result) });
  machine.write(codec.End, {});
  machine.phase = "closed";
}

/** Ends the attempt with an error; the server tries the invocation again by its retry policy. */
export function fail(machine: MachineState, error: AttemptError): void {
  if (machine.phase === "closed") return;
  machine.phase = "closed";
  machine.failure = withMismatchBehavior(machine, error);
  machine.write(codec.Error, machine.failure.toMessage(machine.version));
}

const behaviors = {
  retry: ErrorBehavior.Retry,
  pause: ErrorBehavior.Pause,
  fail: ErrorBehavior.Fail,
} as const;

function withMismatchBehavior(machine: MachineState, error: AttemptError): AttemptError {
  const { onJournalMismatch } = machine.options;
  if (error.code !== ProtocolErrorCode.JournalMismatch || onJournalMismatch === undefined) return error;
  const behavior = behaviors[onJournalMismatch];
  return new AttemptError(error.code, error.message, { ...error.detail, behavior });
}
