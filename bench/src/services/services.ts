import type * as pawl from "@pawl/sdk";
import { CALLS, STEPS } from "../workloads.js";

/** What both SDKs offer and the services need. */
export type Sdk = Pick<typeof pawl, "service" | "object" | "serve">;

const ENTRIES = 5;
const PADDING = "x".repeat(80);

interface Entry {
  readonly count: number;
  /** Brings the entry to about 100 bytes. */
  readonly padding: string;
}

/** The services of all workloads: the same source for both SDKs. */
export function defineServices(sdk: Sdk) {
  const callee = sdk.service({
    name: "Callee",
    handlers: { add: async (_ctx: pawl.Context, { a, b }: { a: number; b: number }) => a + b },
  });

  /** One-way calls that arrived, by run; the endpoint's own memory is enough to see when all have. */
  const received = new Map<string, number>();

  const bench = sdk.service({
    name: "Bench",
    handlers: {
      noop: async (_ctx: pawl.Context, input: string) => input,

      steps10: async (ctx: pawl.Context, input: number) => {
        let total = 0;
        for (let step = 0; step < STEPS; step++) total += await ctx.run(`step ${step}`, () => input + step);
        return total;
      },

      calls5: async (ctx: pawl.Context, input: number) => {
        const client = ctx.serviceClient(callee);
        let total = 0;
        for (let call = 0; call < CALLS; call++) total += await client.add({ a: input, b: call });
        return total;
      },

      sleep: async (ctx: pawl.Context, input: string) => {
        await ctx.sleep(1);
        return input;
      },

      receive: async (_ctx: pawl.Context, runId: string) => {
        received.set(runId, (received.get(runId) ?? 0) + 1);
      },

      received: async (_ctx: pawl.Context, runId: string) => received.get(runId) ?? 0,
    },
  });

  const counter = sdk.object({
    name: "Counter",
    handlers: {
      add: async (ctx: pawl.ObjectContext, amount: number) => {
        const value = ((await ctx.get<number>("value")) ?? 0) + amount;
        ctx.set("value", value);
        return value;
      },
    },
  });

  const entries = sdk.object({
    name: "Entries",
    handlers: {
      touch: async (ctx: pawl.ObjectContext, amount: number) => {
        let count = 0;
        for (let n = 0; n < ENTRIES; n++) {
          const entry = await ctx.get<Entry>(`entry-${n}`);
          count = (entry?.count ?? 0) + amount;
          ctx.set<Entry>(`entry-${n}`, { count, padding: PADDING });
        }
        return count;
      },
    },
  });

  return [callee, bench, counter, entries];
}
