import type { RetryPolicy } from "../partition/model.js";
import { DEFAULT_RETRY_POLICY } from "../partition/retry.js";
import { HandlerKind } from "../store/store.js";
import type { Random } from "./random.js";

/** What a simulated handler does, one after the other. */
export type Op =
  | { readonly op: "run" }
  | { readonly op: "sleep"; readonly ms: number }
  /** Calls and waits. */
  | { readonly op: "call"; readonly service: string; readonly handler: string }
  /** Calls several at once, then waits for each in turn. */
  | { readonly op: "fan-out"; readonly service: string; readonly handler: string; readonly width: number }
  | { readonly op: "send"; readonly service: string; readonly handler: string; readonly delayMs: number }
  /** Waits for somebody outside. */
  | { readonly op: "awakeable" }
  /** Adds one to the key's counter. Exclusive handlers only. */
  | { readonly op: "increment" }
  /** Waits for, or completes, the workflow's promise. */
  | { readonly op: "get-promise" }
  | { readonly op: "complete-promise" };

export interface SimulatedHandler {
  readonly service: string;
  readonly handler: string;
  readonly kind: HandlerKind;
  readonly retryPolicy: RetryPolicy;
  readonly ops: readonly Op[];
}

/** Calls go from lower to higher levels only, so nothing waits for itself. */
export const LEVELS = 3;
const MAX_OPS = 5;

const RETRY_FOREVER: RetryPolicy = { ...DEFAULT_RETRY_POLICY, maxAttempts: null, maxIntervalMs: 5_000 };

export function makeHandlers(random: Random): SimulatedHandler[] {
  const handlers: SimulatedHandler[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const add = (service: string, handler: string, kind: HandlerKind, ops: readonly Op[]): void => {
      handlers.push({ service: `${service}${level}`, handler, kind, retryPolicy: RETRY_FOREVER, ops });
    };
    add("Service", "work", HandlerKind.Service, makeOps(random, level));
    add("Object", "add", HandlerKind.ObjectExclusive, [{ op: "increment" }, ...makeOps(random, level)]);
    add("Object", "hold", HandlerKind.ObjectExclusive, makeOps(random, level));
    add("Object", "look", HandlerKind.ObjectShared, makeOps(random, level));
    const run: Op[] = [{ op: "increment" }, { op: "get-promise" }, ...makeOps(random, level)];
    add("Workflow", "run", HandlerKind.WorkflowRun, run);
    add("Workflow", "approve", HandlerKind.WorkflowShared, [{ op: "complete-promise" }]);
  }
  return handlers;
}

function makeOps(random: Random, level: number): Op[] {
  return Array.from({ length: 1 + random.below(MAX_OPS) }, () => makeOp(random, level));
}

function makeOp(random: Random, level: number): Op {
  const dice = random.below(10);
  if (dice < 4) return { op: "run" };
  if (dice < 6) return { op: "sleep", ms: random.chance(0.2) ? 90_000 : random.below(2_000) };
  if (dice < 7) return { op: "awakeable" };
  if (level === LEVELS - 1) return { op: "run" };
  const below = level + 1 + random.below(LEVELS - level - 1);
  const [service, handler] = random.pick([
    [`Service${below}`, "work"],
    [`Object${below}`, "add"],
    [`Object${below}`, "look"],
  ] as const);
  if (dice < 8)
    return { op: "send", service, handler, delayMs: random.chance(0.5) ? 0 : random.below(3_000) };
  if (dice < 9) return { op: "fan-out", service, handler, width: 2 + random.below(2) };
  return { op: "call", service, handler };
}
