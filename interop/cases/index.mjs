/** The table of expectations: what holds for both SDKs on both servers. */
import { basics } from "./basics.mjs";
import { callers } from "./callers.mjs";
import { cancellations } from "./cancellations.mjs";
import { clients } from "./clients.mjs";
import { contracts } from "./contracts.mjs";
import { ending } from "./ending.mjs";
import { identity } from "./identity.mjs";
import { options } from "./options.mjs";
import { programs } from "./programs.mjs";
import { state } from "./state.mjs";
import { steps } from "./steps.mjs";
import { waiting } from "./waiting.mjs";
import { workflows } from "./workflows.mjs";

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {(combination: import("../harness/variants.mjs").Variant & { sdk: string, server: string }) => boolean} [needs] whether it applies to a combination
 * @property {(world: import("../harness/world.mjs").World) => Promise<void>} run
 */

/** @type {Case[]} */
export const cases = [
  basics,
  identity,
  state,
  workflows,
  waiting,
  steps,
  callers,
  ending,
  cancellations,
  contracts,
  clients,
  options,
  programs,
].flat();
