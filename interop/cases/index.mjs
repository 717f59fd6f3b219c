/** The table of expectations: what holds for both SDKs on both servers. */
import { basics } from "./basics.mjs";

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {(variant: import("../harness/variants.mjs").Variant) => boolean} [needs] whether it applies to a variant
 * @property {(world: import("../harness/world.mjs").World) => Promise<void>} run
 */

/** @type {Case[]} */
export const cases = [...basics];
