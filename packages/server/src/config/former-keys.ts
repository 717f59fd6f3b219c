/**
 * Keys of the server of 2023, and of Restate 1.7, that have another name here, so that their files and variables carry over.
 * Source: the documents of 2023, docs/compatibility.md; Restate 1.7 as observed. Those that kept their name (`worker.invoker.inactivity_timeout`) need no line.
 */
const FORMER_KEYS: ReadonlyMap<string, string> = new Map([
  ["shutdown-grace-period", "shutdown-timeout"],
  ["observability.log.format", "log-format"],
  ["observability.log.filter", "log-filter"],
  ["observability.tracing.endpoint", "tracing-endpoint"],
  ["meta.rest-address", "admin.bind-address"],
  ["worker.partitions", "worker.num-partitions"],
  ["worker.ingress-grpc.bind-address", "ingress.bind-address"],
  ["worker.ingress-grpc.concurrency-limit", "ingress.concurrent-api-requests-limit"],
  ["worker.invoker.concurrency-limit", "worker.invoker.concurrent-invocations-limit"],
  ["worker.invoker.retry-policy.initial-interval", "default-retry-policy.initial-interval"],
  ["worker.invoker.retry-policy.factor", "default-retry-policy.exponentiation-factor"],
  ["worker.invoker.retry-policy.max-interval", "default-retry-policy.max-interval"],
  ["worker.invoker.retry-policy.max-attempts", "default-retry-policy.max-attempts"],
  ["request-identity-private-key-pem-file", "worker.invoker.request-identity-private-key-pem-file"],
  ["meta.service-client.lambda.aws-profile", "worker.invoker.aws-profile"],
  ["meta.service-client.lambda.assume-role-external-id", "worker.invoker.aws-assume-role-external-id"],
]);

/** The name that a setting has today. */
export function currentKey(key: string): string {
  return FORMER_KEYS.get(key) ?? key;
}
