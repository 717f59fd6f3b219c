/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** `worker.invoker.inactivity-timeout`; empty when it is the file itself. */
  readonly key: string;
  /** `environment variable PAWL_...`, `file ./pawl.toml`, `flag --base-dir`. */
  readonly source: string;
  /** What is wrong and what would be right. */
  readonly problem: string;
}

/** The configuration cannot be used. Nothing was opened. The message lists all problems. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** As the official server numbers it. */
  readonly code = "RT0002";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(describe).join("\n"));
    this.problems = problems;
  }
}

function describe({ key, source, problem }: ConfigProblem): string {
  return key === "" ? `${source}: ${problem}` : `${key} (${source}): ${problem}`;
}
