/** Handlers of the kinds that people write, for tests with real processes. */
import {
  type Context,
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  serve,
  service,
} from "@pawl/sdk";

const worker = service({
  name: "Worker",
  handlers: {
    echo: async (_ctx: Context, text: string) => text,
    slow: async (ctx: Context, ms: number) => {
      await ctx.run("work", () => new Promise((resolve) => setTimeout(resolve, ms)));
      return "done";
    },
    nap: async (ctx: Context, ms: number) => {
      await ctx.sleep(ms);
      return "rested";
    },
    wait: async (ctx: Context) => {
      const { promise } = ctx.awakeable<string>();
      return await promise;
    },
    broken: async () => {
      throw new Error("not today");
    },
  },
});

const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext, amount: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
    get: handlers.object.shared(async (ctx: ObjectSharedContext) => (await ctx.get<number>("value")) ?? 0),
  },
});

await serve({ services: [worker, counter] });
