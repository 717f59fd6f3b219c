/** Numbers of the official server, see docs. */
export type RegistryErrorCode =
  /** The descriptors of a proto service cannot be used. */
  | "META0001"
  /** A keyed service has a method without a key, or with a key of a kind that cannot be one. */
  | "META0002"
  /** The endpoint could not be asked for its services. */
  | "META0003"
  /** An annotation of a proto service stands on more than one field, or on a field of a wrong type. */
  | "META0007"
  | "META0008"
  /** The address belongs to a deployment that says something else. */
  | "META0004"
  /** A name that is reserved. */
  | "META0005"
  /** A service became something that its callers and its state do not fit. */
  | "META0006"
  /** No common version of the service protocol. */
  | "META0012"
  /** The endpoint's answer is no usable manifest. */
  | "META0013"
  /** The endpoint speaks HTTP/1.1 only, and nobody said so. */
  | "META0014"
  /** The endpoint wants to talk both ways at a time, which a Lambda function cannot. */
  | "META0015"
  /** An update in place would take away what running invocations need. */
  | "META0016"
  /** Two deployments have the address: which one is meant? */
  | "META0017";

/** Something cannot be registered, changed or removed. The message says why and what to do. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  /** null where the official server has no number either. */
  readonly code: RegistryErrorCode | null;
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(code: RegistryErrorCode | null, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** A field of a request that cannot be used. */
export function invalidField(field: string, reason: string): RegistryError {
  return new RegistryError(null, 400, `The request field '${field}' is invalid. Reason: ${reason}`);
}

export function unknownDeployment(id: string): RegistryError {
  return new RegistryError(null, 404, `The requested deployment '${id}' does not exist`);
}

export function unknownService(name: string): RegistryError {
  return new RegistryError(null, 404, `The requested service '${name}' does not exist`);
}

export function unknownHandler(service: string, handler: string): RegistryError {
  return new RegistryError(
    null,
    404,
    `The requested handler '${handler}' on service '${service}' does not exist`,
  );
}
