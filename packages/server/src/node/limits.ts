import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load.js";
import type { Limits } from "../partition/limits.js";

/** Of a partition. */
const KEYS_IN_MEMORY = 10_000;

export function limitsOf({ worker }: Config): Limits {
  return {
    journalLength: worker.journalLengthLimit,
    eagerStateBytes: worker.invoker.eagerStateSizeLimit,
    invocationsInMemory: worker.invoker.inMemoryQueueLengthLimit,
    keysInMemory: KEYS_IN_MEMORY,
  };
}

/** Without a configuration. */
export const DEFAULT_LIMITS: Limits = limitsOf(loadConfig({}));
