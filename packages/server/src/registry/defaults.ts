import type { Config } from "../config/config.js";
import { SETTINGS } from "../config/settings.js";
import type { RetryPolicy } from "../partition/model.js";
import { DEFAULT_RETRY_POLICY } from "../partition/retry.js";

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

/** Without a configuration. */
export const SERVER_DEFAULTS: ServerDefaults = {
  retryPolicy: DEFAULT_RETRY_POLICY,
  inactivityTimeoutMs: SETTINGS.worker.settings.invoker.settings.inactivityTimeoutMs.default,
  abortTimeoutMs: SETTINGS.worker.settings.invoker.settings.abortTimeoutMs.default,
  journalRetentionMs: SETTINGS.defaultJournalRetentionMs.default,
  idempotencyRetentionMs: SETTINGS.defaultIdempotencyRetentionMs.default,
  workflowCompletionRetentionMs: SETTINGS.defaultWorkflowCompletionRetentionMs.default,
  maxJournalRetentionMs: null,
  maxIdempotencyRetentionMs: null,
  maxWorkflowCompletionRetentionMs: null,
};

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
