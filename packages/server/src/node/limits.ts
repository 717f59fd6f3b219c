import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load.js";
import type { Limits } from "../partition/limits.js";

export function limitsOf({ worker }: Config): Limits {
  return {
    journalLength: worker.journalLengthLimit,
    eagerStateBytes: worker.invoker.eagerStateSizeLimit,
    invocationsInMemory: worker.invoker.inMemoryQueueLengthLimit,
  };
}

/** Without a configuration. */
export const DEFAULT_LIMITS: Limits = limitsOf(loadConfig({}));
