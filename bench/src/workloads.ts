/** What is measured, in the order of the report. The services are in services/, the callers in load/. */
export const WORKLOADS = {
  noop: "a handler that returns its input",
  steps10: "a handler with 10 `run` steps, one after the other",
  calls5: "a handler that calls another one 5 times, one after the other",
  object: "a counter of a virtual object: get, set, return; 1,000 keys",
  "object-hot": "the same with a single key: all requests wait for each other",
  state: "a virtual object that gets and sets 5 entries of 100 bytes; 1,000 keys",
  send: "a one-way call, answered when it is durable; the CPU includes its execution",
  sleep: "a handler that sleeps for 1 ms, durably",
  idempotent: "noop with a fresh idempotency key each",
} as const;

export type Workload = keyof typeof WORKLOADS;

export function isWorkload(name: string): name is Workload {
  return Object.hasOwn(WORKLOADS, name);
}

export const ALL_WORKLOADS: readonly Workload[] = Object.keys(WORKLOADS).filter(isWorkload);

/** Shared by the handlers and by those who check their answers. */
export const STEPS = 10;
export const CALLS = 5;
export const SPREAD_KEYS = 1000;
