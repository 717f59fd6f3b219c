import { type LoggerContext, type LoggerTransport, LogSource, RestateLogLevel } from "../logging/logger.js";
import type { Attempt } from "../runtime/attempt.js";
import { placeOf } from "../runtime/call-site.js";
import { AttemptChecks, type DevelopmentChecks } from "./checks.js";
import { watchGlobals } from "./globals.js";

/** After so many warnings an endpoint falls silent: nobody reads on, and the places must not fill the memory. */
const MAX_WARNINGS = 1000;

/** Finds mistakes that show on replay only, in all attempts of an endpoint, and warns of each place once. */
export class DevelopmentMode {
  readonly #warned = new Set<string>();

  constructor(private readonly transport: LoggerTransport) {
    watchGlobals();
  }

  /** @param behindIt handlers of its service that begin, for the same key, when the attempt's has ended */
  checksOf(attempt: Attempt, context: LoggerContext, behindIt: ReadonlySet<string>): DevelopmentChecks {
    const own = { service: context.serviceName, key: context.key, behindIt };
    return new AttemptChecks(attempt, own, (frame, message) => this.#warn(context, frame, message));
  }

  /** @param frame the line of user code's stack that the warning is about */
  #warn(context: LoggerContext, frame: string, message: string): void {
    const place = placeOf(frame);
    if (this.#warned.has(place) || this.#warned.size >= MAX_WARNINGS) return;
    this.#warned.add(place);
    const level = RestateLogLevel.WARN;
    this.transport(
      { source: LogSource.JOURNAL, level, replaying: false, context },
      `${message}\n    at ${place}`,
    );
  }
}
