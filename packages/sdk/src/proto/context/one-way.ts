import { TerminalError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import type { Attempt } from "../../runtime/attempt.js";
import { OneWayScope, type ProtoCall, refuseInScope, runInScope } from "./call-scope.js";

/**
 * Runs `call`, which calls a generated client, and sends what the client wanted to call.
 *
 * The message is sent at once, before the promise is returned, if `call` makes its call at once; awaiting the promise
 * reports failures. A failure of a promise that nobody awaits is lost.
 */
export function sendInstead(
  attempt: Attempt,
  wrapper: string,
  call: () => Promise<unknown>,
  send: (call: ProtoCall) => void,
): Promise<void> {
  const sent = perform(attempt, new OneWayScope(attempt, wrapper), call, send);
  sent.catch(() => {});
  return sent;
}

async function perform(
  attempt: Attempt,
  scope: OneWayScope,
  call: () => Promise<unknown>,
  send: (call: ProtoCall) => void,
): Promise<void> {
  refuseInScope(attempt, `called ${scope.wrapper}`);
  if (typeof call !== "function") throw scope.refuse("is not a function");
  const sendTaken = (): void => {
    const taken = scope.take();
    if (taken !== undefined) send(taken);
  };
  const called = runInScope(scope, call);
  sendTaken();
  try {
    await called;
  } catch (error) {
    throw scope.violation ?? error;
  }
  sendTaken();
  if (scope.violation !== undefined) throw scope.violation;
  if (!scope.hasTaken) throw scope.refuse("made no call");
}

/** @throws TerminalError for what is no duration */
export function checkDelay(millis: number): number {
  if (typeof millis === "number" && millis >= 0 && Number.isFinite(millis)) return millis;
  throw new TerminalError(`A delay of ${millis} is not possible: give it as milliseconds.`, {
    errorCode: ErrorCodes.INVALID_ARGUMENT,
  });
}
