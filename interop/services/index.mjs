/** The services that all combinations serve: the same source for both SDKs. */
import { makeBasics } from "./basics.mjs";
import { makeCallers } from "./callers.mjs";
import { makeCancellationServices } from "./cancellations.mjs";
import { makeContractServices } from "./contracts.mjs";
import { makeInterpreter } from "./interpreter.mjs";
import { makeOptionServices } from "./options.mjs";
import { makeStateServices } from "./state.mjs";
import { makeStepServices } from "./steps.mjs";
import { makeTenSteps } from "./ten-steps.mjs";
import { makeVersions } from "./versions.mjs";
import { makeWaitingServices } from "./waiting.mjs";
import { makeWorkflows } from "./workflows.mjs";

/**
 * @param {object} sdk the official SDK or Pawl's
 * @param {{ suffix: string, label?: string, note(topic: string, value?: unknown): number, isOpen(gate: string): boolean,
 *   gate(name: string): Promise<void> }} test
 *   suffix: of the services' names. note: tells the test, and says how often the process noted something under the topic.
 *   gate: waits until the test opens it.
 */
export function makeServices(sdk, test) {
  return [
    makeBasics,
    makeStateServices,
    makeWorkflows,
    makeWaitingServices,
    makeStepServices,
    makeCallers,
    makeTenSteps,
    makeInterpreter,
    makeVersions,
    makeContractServices,
    makeOptionServices,
    makeCancellationServices,
  ].flatMap((make) => make(sdk, test));
}
