import { type Context, handlers, type Serde, service } from "@pawl/sdk/lambda";

/** One byte, which people read as a number. */
const byte: Serde<number> = {
  contentType: "application/x-byte",
  serialize: (value) => Uint8Array.of(value),
  deserialize: (data) => data[0] ?? 0,
  preview: {
    toJsonString: async (value) => JSON.stringify(value),
    fromJsonString: (json) => JSON.parse(json) as number,
  },
};

/** A service under a name of its own, and what its steps did. */
export function createServices(name: string) {
  const steps: string[] = [];
  const it = service({
    name,
    handlers: {
      echo: async (_ctx: Context, value: unknown) => value,
      next: handlers.handler({ serde: byte }, async (_ctx: Context, n: number) => n + 1),
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
