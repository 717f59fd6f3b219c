import { LOG_LEVELS, type LogLevel } from "../config/config.js";

/** Parts of the server whose lines have a level of their own. */
export const LOG_MODULES = ["server", "ingress", "admin", "node", "invoker", "store", "tracing"] as const;
export type LogModule = (typeof LOG_MODULES)[number];

/** The least important level that is logged, for each module. */
export type LogFilter = Readonly<Record<LogModule, LogLevel | "off">>;

/** Targets that mean every module: filters that were written for the official server. */
const EVERYTHING: ReadonlySet<string> = new Set(["pawl", "restate"]);

/**
 * A filter as in `info,invoker=debug`: levels of modules, and one without a module for all others. As with RUST_LOG, later
 * parts win over earlier ones, modules over what means all, and modules that do not exist are no error.
 * @param others for modules that the filter does not name
 * @returns undefined when a level is none
 */
export function parseLogFilter(text: string, others: LogLevel): LogFilter | undefined {
  let all: LogLevel | "off" = others;
  const named = new Map<string, LogLevel | "off">();
  for (const part of text.split(",")) {
    const [target, level] = splitPart(part.trim());
    if (target === "" && level === "") continue;
    const parsed = parseLevel(level);
    if (parsed === undefined) return undefined;
    if (target === "") all = parsed;
    else named.set(target, parsed);
  }
  let everywhere = all;
  for (const [target, level] of named) if (EVERYTHING.has(target)) everywhere = level;
  const levels = LOG_MODULES.map((module) => [module, named.get(module) ?? everywhere]);
  return Object.fromEntries(levels) as LogFilter;
}

/** `invoker=debug`; a level alone; or a module alone, which means all of it. */
function splitPart(part: string): [target: string, level: string] {
  const equals = part.lastIndexOf("=");
  if (equals >= 0) return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
  return part === "" || parseLevel(part) !== undefined ? ["", part] : [part, "trace"];
}

function parseLevel(text: string): LogLevel | "off" | undefined {
  const level = text.toLowerCase();
  return level === "off" ? "off" : LOG_LEVELS.find((one) => one === level);
}
