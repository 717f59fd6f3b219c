import type { AttemptFailure } from "../model.js";

/** A command that the endpoint may not send. The attempt fails and, unless said otherwise, is repeated: a new deployment may mend it. */
export class CommandRefused extends Error {
  readonly failure: AttemptFailure;

  /** @param docCode the documented error, `RT0017` and the like */
  constructor(docCode: string, message: string, behavior: "retry" | "pause" = "retry") {
    super(message);
    this.failure = { code: 500, message, docCode, behavior };
  }
}
