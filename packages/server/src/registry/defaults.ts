import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load.js";
import type { RetryPolicy } from "../partition/model.js";

/** What holds for handlers that say nothing themselves, and what no handler may exceed (null: no limit). */
export interface ServerDefaults {
  readonly retryPolicy: RetryPolicy;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly journalRetentionMs: number;
  readonly idempotencyRetentionMs: number;
  readonly workflowCompletionRetentionMs: number;
  readonly maxJournalRetentionMs: number | null;
  readonly maxIdempotencyRetentionMs: number | null;
  readonly maxWorkflowCompletionRetentionMs: number | null;
}

export function serverDefaults(config: Config): ServerDefaults {
  return {
    retryPolicy: config.defaultRetryPolicy,
    inactivityTimeoutMs: config.worker.invoker.inactivityTimeoutMs,
    abortTimeoutMs: config.worker.invoker.abortTimeoutMs,
    journalRetentionMs: config.defaultJournalRetentionMs,
    idempotencyRetentionMs: config.defaultIdempotencyRetentionMs,
    workflowCompletionRetentionMs: config.defaultWorkflowCompletionRetentionMs,
    maxJournalRetentionMs: config.maxJournalRetentionMs,
    maxIdempotencyRetentionMs: config.maxIdempotencyRetentionMs,
    maxWorkflowCompletionRetentionMs: config.maxWorkflowCompletionRetentionMs,
  };
}

/** Without a configuration. */
export const SERVER_DEFAULTS: ServerDefaults = serverDefaults(loadConfig({}));
