/** Service protocol versions that the server speaks. V7 is used as soon as an endpoint offers it. */
export const MIN_SERVICE_PROTOCOL_VERSION = 5;
export const MAX_SERVICE_PROTOCOL_VERSION = 7;

/** The version that a new invocation on this deployment uses. */
export function supportedVersion(deployment: { readonly maxProtocolVersion: number }): number {
  return Math.min(deployment.maxProtocolVersion, MAX_SERVICE_PROTOCOL_VERSION);
}
