/** Handlers of every kind of life that an invocation may have, for the soak. */
import {
  type Context,
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  RestatePromise,
  rpc,
  serve,
  service,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@pawl/sdk";

const STEPS = 3;

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

const worker = service({
  name: "Worker",
  handlers: {
    echo: async (_ctx: Context, text: string) => text,

    steps: async (ctx: Context, input: number) => {
      let total = 0;
      for (let step = 0; step < STEPS; step++) total += await ctx.run(`step ${step}`, () => input + step);
      return total;
    },

    /** Fails in half of its attempts, at one of its two steps. */
    flaky: async (ctx: Context) => {
      const first = await ctx.run("first", () => maybeFail("one"));
      return [first, await ctx.run("second", () => maybeFail("two"))];
    },

    refuse: async () => {
      throw new TerminalError("no", { errorCode: 418 });
    },

    nap: async (ctx: Context, ms: number) => {
      await ctx.sleep(ms);
      return "rested";
    },

    /** Until somebody resolves it from outside. Tells its id through the object that asks for it. */
    wait: async (ctx: Context, mailbox: string) => {
      const { id, promise } = ctx.awakeable<string>();
      ctx.objectSendClient(mailboxes, mailbox).put(id);
      return await promise;
    },
  },
});

const caller = service({
  name: "Caller",
  handlers: {
    calls: async (ctx: Context, input: number) => {
      const key = `called-${input % 16}`;
      const [sum] = await RestatePromise.all([
        ctx.serviceClient(worker).steps(input),
        ctx.objectClient(counter, key).add(1),
      ]);
      ctx.serviceSendClient(worker).echo("bye", rpc.sendOpts({ delay: 500 }));
      return sum;
    },
  },
});

const mailboxes = object({
  name: "Mailbox",
  handlers: {
    put: async (ctx: ObjectContext, id: string) => ctx.set("id", id),
    take: async (ctx: ObjectContext) => {
      const id = await ctx.get<string>("id");
      ctx.clearAll();
      return id;
    },
  },
});

const order = workflow({
  name: "Order",
  handlers: {
    run: async (ctx: WorkflowContext, item: string) => {
      ctx.set("item", item);
      const paid = await ctx.promise<string>("paid");
      return `${item} ${paid}`;
    },
    pay: async (ctx: WorkflowSharedContext, how: string) => {
      await ctx.promise<string>("paid").resolve(how);
    },
  },
});

function maybeFail(result: string): string {
  if (Math.random() < 0.3) throw new Error("this time it did not work");
  return result;
}

await serve({ services: [worker, caller, counter, mailboxes, order] });
