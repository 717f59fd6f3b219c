import type { Runtime } from "../../node/runtime.js";
import type { IngressMeter } from "../meter.js";

/** What calls need of the server around them. */
export interface RpcHost {
  readonly runtime: Runtime;
  readonly requestSizeLimitBytes: number;
  readonly meter: IngressMeter;
  /** Unix milliseconds. */
  now(): number;
  /** Counts a call that waits. @throws IngressError 429 when there are too many */
  enter(): void;
  leave(): void;
}
