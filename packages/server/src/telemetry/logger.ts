import { LOG_LEVELS, type LogFormat, type LogLevel } from "../config/config.js";

/** What belongs to a line beside its message. Names follow OpenTelemetry where it has one. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** Lines of less important levels are dropped. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Default: standard error. */
  readonly write?: (line: string) => void;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** One line for each event: an object for machines (`json`), or text for people. */
export function createLogger(options: LoggerOptions): Logger {
  const { format, now = Date.now, write = (line) => process.stderr.write(line) } = options;
  const limit = LOG_LEVELS.indexOf(options.level);
  return {
    log(level, message, fields = {}) {
      if (LOG_LEVELS.indexOf(level) > limit) return;
      const time = new Date(now()).toISOString();
      write(
        format === "json"
          ? `${JSON.stringify({ time, level, message, ...fields })}\n`
          : text(time, level, message, fields),
      );
    },
  };
}

function text(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const named = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${time} ${level.toUpperCase().padEnd(5)} ${message}${named.length === 0 ? "" : `  ${named.join("  ")}`}\n`;
}
