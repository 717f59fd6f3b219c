import { type Context, handlers, type ObjectContext, object, service } from "@pawl/sdk/fetch";

/** How often each handler was started, and each step executed, in this process. */
export interface Tally {
  attempts: number;
  steps: number;
}

/** Services that take each way on which an attempt can end and another one replay it; one set for each platform. */
export function createServices(platform: string) {
  const tally: Tally = { attempts: 0, steps: 0 };

  const counter = object({
    name: `${platform}Counter`,
    handlers: {
      add: async (ctx: ObjectContext, amount: number) => {
        const value = ((await ctx.get<number>("value")) ?? 0) + amount;
        ctx.set("value", value);
        return value;
      },
    },
  });

  const steps = service({
    name: `${platform}Steps`,
    handlers: {
      /** A step, a timer, a call, and somebody outside. Resolves with what each of them said. */
      all: async (ctx: Context, request: { key: string; decideAt: string }) => {
        tally.attempts++;
        const step = await ctx.run("step", () => ++tally.steps);
        await ctx.sleep(1);
        const count = await ctx.objectClient(counter, request.key).add(5);
        const { id, promise } = ctx.awakeable<string>();
        await ctx.run("ask", async () => {
          const response = await fetch(`${request.decideAt}/restate/awakeables/${id}/resolve`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify("yes"),
          });
          if (!response.ok) throw new Error(`the ingress said ${response.status}`);
        });
        return { step, count, decision: await promise };
      },
      bytes: handlers.handler({}, async (_ctx: Context, size: number) => "x".repeat(size)),
      platform: async (ctx: Context) => ctx.request().extraArgs,
    },
  });

  return { services: [steps, counter], tally, steps: `${platform}Steps` };
}
