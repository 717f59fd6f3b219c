import { type Context, service } from "@pawl/sdk/lambda";

/** A service under a name of its own, and what its steps did. */
export function createServices(name: string) {
  const steps: string[] = [];
  const it = service({
    name,
    handlers: {
      echo: async (_ctx: Context, value: unknown) => value,
      /** A step, then a wait, which on Lambda is a suspension. */
      work: async (ctx: Context, who: string) => {
        const result = await ctx.run("step", () => {
          steps.push(who);
          return `step of ${who}`;
        });
        await ctx.sleep(10);
        const [context] = ctx.request().extraArgs as [{ invokedFunctionArn: string }];
        return [result, context.invokedFunctionArn];
      },
    },
  });
  return { services: [it], steps };
}
