import { MAX_SERVICE_PROTOCOL_VERSION } from "@pawl/protocol";

/** The version that a new invocation on this deployment uses: V7 as soon as an endpoint offers it. */
export function supportedVersion(deployment: { readonly maxProtocolVersion: number }): number {
  return Math.min(deployment.maxProtocolVersion, MAX_SERVICE_PROTOCOL_VERSION);
}
