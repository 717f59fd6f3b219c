/** The process's environment, or one like it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where an API is. `AWS_ENDPOINT_URL_LAMBDA` (or `_STS`), else `AWS_ENDPOINT_URL`, leads elsewhere: to a local stack, or a
 * private endpoint.
 */
export function apiOrigin(
  environment: Environment,
  service: "lambda" | "sts",
  partition: string,
  region: string,
): string {
  const own = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || environment.AWS_ENDPOINT_URL;
  if (own) return own.replace(/\/+$/, "");
  // Source: https://docs.aws.amazon.com/general/latest/gr/lambda-service.html
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://${service}.${region}.${suffix}`;
}
