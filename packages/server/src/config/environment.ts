import { currentKey } from "./former-keys.js";
import { type Entry, toKebabCase } from "./source.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const OWN_PREFIX = "PAWL_";
/** Set-ups that were made for the official server carry over. */
const OFFICIAL_PREFIX = "RESTATE_";
const NESTING = "__";

/** Names the configuration file; not a setting itself. */
const FILE_VARIABLE = "CONFIG";

/** Variables of command line tools and SDKs: no server reads them. */
const NOT_OF_THE_SERVER: ReadonlySet<string> = new Set([
  "PAWL_ADMIN_URL",
  "PAWL_AUTH_TOKEN",
  "START_ADMIN_URL",
  "START_INGRESS_URL",
  "RESTATE_ADMIN_URL",
  "RESTATE_AUTH_TOKEN",
  "RESTATE_CLI_CONFIG",
  "RESTATE_CLI_CONFIG_HOME",
  "RESTATE_EDITOR",
  "RESTATE_ENVIRONMENT",
  "RESTATE_HOST",
  "RESTATE_HOST_SCHEME",
  "RESTATE_INGRESS_URL",
  "RESTATE_LOGGING",
]);

/** Variables that have a meaning without a prefix, too. Source: the documents of 2023, docs/compatibility.md. */
const WELL_KNOWN: ReadonlyMap<string, string> = new Map([["RUST_LOG", "log-filter"]]);

/** Settings of the environment, the weaker ones (`RESTATE_`) first. Empty variables count as unset. */
export function readEnvironment(env: Environment): Entry[] {
  return [...entriesWith(env, OFFICIAL_PREFIX), ...wellKnown(env), ...entriesWith(env, OWN_PREFIX)];
}

function wellKnown(env: Environment): Entry[] {
  return [...WELL_KNOWN].flatMap(([name, key]) => {
    const value = env[name];
    return value ? [{ key, value, source: `environment variable ${name}`, isForeign: true }] : [];
  });
}

function entriesWith(env: Environment, prefix: string): Entry[] {
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || value === undefined || value === "") continue;
    if (name === prefix + FILE_VARIABLE || NOT_OF_THE_SERVER.has(name)) continue;
    entries.push({
      key: currentKey(name.slice(prefix.length).split(NESTING).map(toKebabCase).join(".")),
      value,
      source: `environment variable ${name}`,
      isForeign: prefix === OFFICIAL_PREFIX,
    });
  }
  return entries;
}

/** The file that the environment names, if any. One that was named for the official server may have keys of its own. */
export function fileFromEnvironment(
  env: Environment,
): { readonly path: string; readonly isForeign: boolean } | undefined {
  const own = env[OWN_PREFIX + FILE_VARIABLE];
  if (own) return { path: own, isForeign: false };
  const official = env[OFFICIAL_PREFIX + FILE_VARIABLE];
  return official ? { path: official, isForeign: true } : undefined;
}
