/** Ten steps, each of which writes down that it ran and what the handler knew of the steps before. */

import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { type Context, serve, service } from "@pawl/sdk";

const STEPS = 10;
const LOG = process.env.STEPS_LOG ?? "";

const tenSteps = service({
  name: "TenSteps",
  handlers: {
    run: async (ctx: Context, name: string) => {
      const values: string[] = [];
      for (let step = 0; step < STEPS; step++) {
        const value = await ctx.run(`step ${step}`, async () => {
          const value = randomUUID();
          // One write of one line: what a kill leaves is a whole line or none.
          appendFileSync(LOG, `${JSON.stringify({ name, step, value, seen: values })}\n`);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
          return value;
        });
        values.push(value);
        if (step % 3 === 2) await ctx.sleep(5);
      }
      return { name, values };
    },
  },
});

await serve({ services: [tenSteps] });
