import { type LoggerContext, type LoggerTransport, LogSource, RestateLogLevel } from "./logger.js";

const levels = {
  trace: RestateLogLevel.TRACE,
  debug: RestateLogLevel.DEBUG,
  log: RestateLogLevel.INFO,
  info: RestateLogLevel.INFO,
  warn: RestateLogLevel.WARN,
  error: RestateLogLevel.ERROR,
} as const;

type LogMethod = keyof typeof levels;

const isLogMethod = (name: PropertyKey): name is LogMethod => typeof name === "string" && name in levels;

/**
 * The console that handlers use. What it logs goes to the transport, marked as replayed where it is; the other methods
 * of a console (`table`, `time`, ...) work on the global one, and do nothing while replaying.
 */
export function createContextConsole(
  transport: LoggerTransport,
  context: LoggerContext,
  isReplaying: () => boolean,
): Console {
  return new Proxy(console, {
    get(target, name, receiver) {
      if (isLogMethod(name)) {
        const level = levels[name];
        return (...args: unknown[]) =>
          transport(
            { source: LogSource.USER, level, replaying: isReplaying(), context },
            ...(args as [unknown, ...unknown[]]),
          );
      }
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => (isReplaying() ? undefined : value.apply(target, args));
    },
  });
}
