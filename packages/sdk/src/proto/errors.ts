/** The codes that a server answers with, when it is asked to register such a service. */
export type ProtoServiceErrorCode = "META0001" | "META0002" | "META0007" | "META0008";

/** A protobuf service that cannot be served. The message says what to change. */
export class ProtoServiceError extends TypeError {
  override readonly name = "ProtoServiceError";

  constructor(
    readonly code: ProtoServiceErrorCode,
    message: string,
  ) {
    super(`[${code}] ${message}`);
  }
}
