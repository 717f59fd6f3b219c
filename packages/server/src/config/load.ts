import type { Config, TlsConfig } from "./config.js";
import { ConfigError, type ConfigProblem } from "./config-error.js";
import { readConfigFile } from "./config-file.js";
import { type Environment, fileFromEnvironment, readEnvironment } from "./environment.js";
import type { Setting } from "./setting.js";
import { SETTINGS, type Section, type Settings } from "./settings.js";
import type { Entry } from "./source.js";

export interface ConfigSources {
  /** Values from the command line by key, such as `base-dir`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  /** Usually `process.env`. Default: empty. */
  readonly env?: Environment;
  /** Path of a TOML file. Default: what PAWL_CONFIG names, else RESTATE_CONFIG, else none. */
  readonly file?: string;
}

/**
 * The configuration: flags win over variables `PAWL_...`, those over `RESTATE_...`, those over the file, and that over the
 * defaults. Reads the file, opens nothing else.
 * @throws ConfigError with everything that is wrong
 */
export function loadConfig(sources: ConfigSources): Config {
  const env = sources.env ?? {};
  const file =
    sources.file === undefined ? fileFromEnvironment(env) : { path: sources.file, isForeign: false };
  const values = new Values();
  if (file !== undefined) values.add(readConfigFile(file.path, file.isForeign));
  values.add(readEnvironment(env));
  values.add(flagEntries(sources.flags ?? {}));

  const config = values.resolve(SETTINGS, "");
  values.refuseUnknownKeys();
  if (values.problems.length === 0) {
    values.checkAddresses(config);
    values.checkTls("ingress", config.ingress.tls);
    values.checkTls("admin", config.admin.tls);
  }
  if (values.problems.length > 0) throw new ConfigError(values.problems);
  return { ...config, warnings: values.warnings };
}

function flagEntries(flags: Readonly<Record<string, string | undefined>>): Entry[] {
  return Object.entries(flags).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, source: `flag --${key}`, isForeign: false }],
  );
}

type AnySection = Section<Record<string, unknown>>;
type AnySetting = Setting<unknown>;

/** What the sources say, by key. */
class Values {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: string[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #overridden: Entry[] = [];
  readonly #knownKeys: string[] = [];

  /** Later entries win. A value that nobody uses must be right all the same: it would be a surprise some day. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const weaker = this.#entries.get(entry.key);
      if (weaker !== undefined) this.#overridden.push(weaker);
      this.#entries.set(entry.key, entry);
    }
  }

  resolve<T>(settings: Settings<T>, prefix: string): T {
    const fields = Object.entries(settings as Record<string, AnySection | AnySetting>);
    return Object.fromEntries(
      fields.map(([name, field]) => {
        const key = prefix + field.key;
        return [name, "settings" in field ? this.resolve(field.settings, `${key}.`) : this.#read(key, field)];
      }),
    ) as T;
  }

  #read(key: string, setting: AnySetting): unknown {
    this.#knownKeys.push(key);
    for (const entry of this.#overridden) if (entry.key === key) this.#parse(entry, setting);
    const entry = this.#entries.get(key);
    return entry === undefined ? setting.default : this.#parse(entry, setting);
  }

  #parse({ key, value, source }: Entry, setting: AnySetting): unknown {
    const parsed = setting.read(value);
    if (parsed === undefined) {
      this.problems.push({
        key,
        source,
        problem: `${setting.isSecret ? "the value" : shown(value)} is not right; expected ${setting.expected}`,
      });
    }
    return parsed;
  }

  refuseUnknownKeys(): void {
    for (const entry of [...this.#overridden, ...this.#entries.values()]) {
      if (this.#knownKeys.includes(entry.key)) continue;
      if (entry.isForeign)
        this.warnings.push(`${entry.key} (${entry.source}) is ignored: Pawl has no such setting`);
      else this.problems.push({ key: entry.key, source: entry.source, problem: this.#unknown(entry.key) });
    }
  }

  #unknown(key: string): string {
    if (this.#knownKeys.some((known) => known.startsWith(`${key}.`)))
      return "this is a section, and takes no value";
    const section = key.slice(0, key.lastIndexOf(".") + 1);
    const siblings = this.#knownKeys.filter((known) => known.startsWith(section));
    const candidates = siblings.length === 0 ? this.#knownKeys : siblings;
    return `there is no such setting; there are ${candidates.join(", ")}`;
  }

  /** Certificate and key come together, and authorities for clients only with them: half of it would be no TLS. */
  checkTls(section: string, { certFile, keyFile, clientCaFile }: TlsConfig): void {
    const check = (given: string | null, name: string, missing: string | null, other: string): void => {
      if (given === null || missing !== null) return;
      const key = `${section}.tls.${name}`;
      this.problems.push({
        key,
        source: this.#entries.get(key)?.source ?? "default",
        problem: `it needs ${section}.tls.${other}, which is not set`,
      });
    };
    check(certFile, "cert-file", keyFile, "key-file");
    check(keyFile, "key-file", certFile, "cert-file");
    check(clientCaFile, "client-ca-file", certFile, "cert-file");
  }

  checkAddresses({ ingress, admin }: Omit<Config, "warnings">): void {
    const { host, port } = admin.bindAddress;
    if (port === 0 || host !== ingress.bindAddress.host || port !== ingress.bindAddress.port) return;
    this.problems.push({
      key: "admin.bind-address",
      source: this.#entries.get("admin.bind-address")?.source ?? "default",
      problem: "it is the same as ingress.bind-address; give one of them another port",
    });
  }
}

const MAX_SHOWN = 60;

function shown(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
