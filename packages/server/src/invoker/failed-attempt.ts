import type { AttemptFailure } from "../partition/model.js";
import type { Attempt, AttemptEvents } from "./invoker.js";

/** An attempt that cannot even begin: it fails, but not before it was returned. */
export function failedAttempt(events: AttemptEvents, failure: AttemptFailure): Attempt {
  let isClosed = false;
  process.nextTick(() => {
    if (!isClosed) events.failed(failure);
  });
  return {
    send() {},
    askToSuspend() {},
    close() {
      isClosed = true;
    },
  };
}

/** What a closed invoker starts. */
export const NO_ATTEMPT: Attempt = { send() {}, askToSuspend() {}, close() {} };
