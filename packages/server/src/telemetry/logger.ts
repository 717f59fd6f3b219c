import { LOG_LEVELS, type LogFormat, type LogLevel } from "../config/config.js";
import type { LogFilter, LogModule } from "../config/log-filter.js";

/** What belongs to a line beside its message. Names follow OpenTelemetry where it has one. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type LogLine = (message: string, fields?: LogFields) => void;

/**
 * A method for each level that is on. Call them as `logger.debug?.("...", { ... })`: where the level is off the method is
 * not there, and neither message nor fields are made.
 */
export type Logger = { readonly [Level in LogLevel]?: LogLine };

export interface LoggingOptions {
  readonly filter: LogFilter;
  readonly format: LogFormat;
  /** Default: standard error. */
  readonly write?: (line: string) => void;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** The logger of each module. */
export type Loggers = Readonly<Record<LogModule, Logger>>;

/** One line for each event: an object for machines (`json`), or text for people. */
export function createLoggers(options: LoggingOptions): Loggers {
  const modules = Object.keys(options.filter) as LogModule[];
  return Object.fromEntries(modules.map((module) => [module, createLogger(options, module)])) as Loggers;
}

function createLogger(options: LoggingOptions, module: LogModule): Logger {
  const { filter, format, now = Date.now, write = (line) => process.stderr.write(line) } = options;
  const limit = filter[module];
  if (limit === "off") return {};
  const levels = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(limit) + 1);
  const line =
    (level: LogLevel): LogLine =>
    (message, fields = {}) => {
      const time = new Date(now()).toISOString();
      write(`${FORMATTERS[format](time, level, module, message, fields)}\n`);
    };
  return Object.fromEntries(levels.map((level) => [level, line(level)]));
}

type Formatter = (
  time: string,
  level: LogLevel,
  module: LogModule,
  message: string,
  fields: LogFields,
) => string;

const FORMATTERS: Readonly<Record<LogFormat, Formatter>> = {
  json: (time, level, module, message, fields) => JSON.stringify({ time, level, module, message, ...fields }),
  compact: (time, level, module, message, fields) =>
    [head(time, level, module, message), ...named(fields)].join("  "),
  pretty: (time, level, module, message, fields) =>
    [head(time, level, module, message), ...named(fields)].join("\n    "),
};

function head(time: string, level: LogLevel, module: LogModule, message: string): string {
  return `${time} ${level.toUpperCase().padEnd(5)} ${module}: ${onOneLine(message)}`;
}

function named(fields: LogFields): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [`${name}: ${onOneLine(String(value))}`],
  );
}

/** What users wrote must not look like another event. */
function onOneLine(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}
