import type { RawValue } from "./setting.js";

/** A value for a key, and who says so. */
export interface Entry {
  /** `worker.invoker.inactivity-timeout` */
  readonly key: string;
  readonly value: RawValue;
  /** `environment variable PAWL_...`, `file ./pawl.toml`, `flag --base-dir`. */
  readonly source: string;
  /** A key that is not ours was meant for the official server: a warning, no error. */
  readonly isForeign: boolean;
}

/** `INACTIVITY_TIMEOUT` and `inactivity_timeout` are `inactivity-timeout`. */
export function toKebabCase(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
