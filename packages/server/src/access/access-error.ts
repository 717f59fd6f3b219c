/** A file that says who may come in, or as whom the server speaks, cannot be used. The message names the setting. */
export class AccessError extends Error {
  override readonly name = "AccessError";

  constructor(
    /** `ingress.tls.cert-file` */
    readonly key: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${key}: ${problem}`, options);
  }
}
