import { LOG_LEVELS, type LogLevel } from "./config.js";

/** Parts of the server whose lines have a level of their own. */
export const LOG_MODULES = ["server", "ingress", "admin", "node", "invoker", "store", "tracing"] as const;
export type LogModule = (typeof LOG_MODULES)[number];

/** The least important level that is logged, for each module. */
export type LogFilter = Readonly<Record<LogModule, LogLevel | "off">>;

const EVERY_MODULE = "pawl";

/** Targets of filters that were written for the official server. Source: the documents of 2023, docs/compatibility.md. */
const OFFICIAL_TARGETS: ReadonlyMap<string, LogModule | typeof EVERY_MODULE> = new Map([
  ["restate", EVERY_MODULE],
  ["restate_ingress_grpc", "ingress"],
  ["restate_meta", "admin"],
  ["restate_invoker", "invoker"],
  ["restate_worker", "node"],
  ["restate_storage", "store"],
]);

/**
 * A filter as in `info,invoker=debug`: levels of modules, and one without a module for all others. As with RUST_LOG,
 * modules win over what means all, later parts over earlier ones, and modules that do not exist are no error.
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
    else named.set(moduleOf(target), parsed);
  }
  const fallback = named.get(EVERY_MODULE) ?? all;
  return Object.fromEntries(LOG_MODULES.map((name) => [name, named.get(name) ?? fallback])) as LogFilter;
}

/** `restate_worker::partition::effects` is a part of a module. */
function moduleOf(target: string): string {
  const [module = target] = target.split("::");
  return OFFICIAL_TARGETS.get(module) ?? module;
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
