import type { HttpEndpoint, LambdaEndpoint } from "../invoker/endpoint.js";
import type { DiscoveredService } from "./manifest-services.js";

/** How an endpoint is to be asked for its services. */
export type DiscoveryRequest = HttpDiscoveryRequest | LambdaDiscoveryRequest;

export interface HttpDiscoveryRequest {
  /** As `normalizeUri` returns it. */
  readonly uri: string;
  /** HTTP/1.1 instead of HTTP/2. */
  readonly useHttp11: boolean;
  /** As `normalizeHeaders` returns them. */
  readonly additionalHeaders: Readonly<Record<string, string>>;
}

export interface LambdaDiscoveryRequest {
  /** As `normalizeFunctionArn` returns it. */
  readonly arn: string;
  /** The role in whose name it is asked. */
  readonly assumeRoleArn: string | null;
  /** As `normalizeHeaders` returns them. */
  readonly additionalHeaders: Readonly<Record<string, string>>;
}

/** Where it is, and what it said of itself. */
export type Discovered = (Omit<HttpEndpoint, "deploymentId"> | Omit<LambdaEndpoint, "deploymentId">) &
  DiscoveredFacts;

export interface DiscoveredFacts {
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  /** Its `x-restate-server`, if it sent one. */
  readonly sdkVersion: string | null;
  readonly services: readonly DiscoveredService[];
}

/** @throws RegistryError META0003, META0005, META0012, META0013, META0014 or META0015 */
export type Discover = (request: DiscoveryRequest) => Promise<Discovered>;
