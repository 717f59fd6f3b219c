const PREFIX = /^(RESTATE|PAWL)_/;

/** Stands where tests for the official package have a container: it carries settings to the server of the test. */
export class RestateContainer {
  readonly #settings: Record<string, string> = {};

  /** @param version of the official server's image: without effect, the server is this package's */
  constructor(readonly version?: string) {}

  /** By their keys. */
  get settings(): Readonly<Record<string, string>> {
    return this.#settings;
  }

  /** @param environment settings as variables, `{ RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: "1s" }`; others mean nothing here */
  withEnvironment(environment: Readonly<Record<string, string>>): this {
    for (const [name, value] of Object.entries(environment)) {
      if (!PREFIX.test(name)) continue;
      const key = name.replace(PREFIX, "").toLowerCase().replaceAll("__", ".").replaceAll("_", "-");
      this.#settings[key] = value;
    }
    return this;
  }

  /** Handlers suspend wherever they wait, and are replayed. */
  alwaysReplay(): this {
    this.#settings["worker.invoker.inactivity-timeout"] = "0s";
    return this;
  }

  /** The first failed attempt fails the invocation. */
  disableRetries(): this {
    this.#settings["default-retry-policy.max-attempts"] = "1";
    this.#settings["default-retry-policy.on-max-attempts"] = "kill";
    return this;
  }
}
