/** The services that all combinations serve: the same source for both SDKs. */
import { makeBasics } from "./basics.mjs";

/**
 * @param {object} sdk the official SDK or Pawl's
 * @param {{ suffix: string, note(topic: string, value?: unknown): number, gate(name: string): Promise<void> }} test
 *   suffix: of the services' names
 */
export function makeServices(sdk, test) {
  return [...makeBasics(sdk, test)];
}
