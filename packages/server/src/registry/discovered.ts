import type { Endpoint } from "../invoker/invoker.js";
import type { DiscoveredService } from "./manifest-services.js";

/** How an endpoint is to be asked for its services. */
export interface DiscoveryRequest {
  /** As `normalizeUri` returns it. */
  readonly uri: string;
  /** HTTP/1.1 instead of HTTP/2. */
  readonly useHttp11: boolean;
  /** As `normalizeHeaders` returns them. */
  readonly additionalHeaders: Readonly<Record<string, string>>;
}

/** What an endpoint said of itself. */
export interface Discovered extends Omit<Endpoint, "deploymentId"> {
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  /** Its `x-restate-server`, if it sent one. */
  readonly sdkVersion: string | null;
  readonly services: readonly DiscoveredService[];
}

/** @throws RegistryError META0003, META0005, META0012, META0013 or META0014 */
export type Discover = (request: DiscoveryRequest) => Promise<Discovered>;
