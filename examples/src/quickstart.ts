/** The endpoint that `npm start` serves: a service, a virtual object and a workflow, each small enough to read. */
import * as pawl from "@pawl/sdk";

const STEPS = 10;

/** A service: no key, no state, any number at a time. */
export const greeter = pawl.service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: pawl.Context, name: string) => `Hello ${name}`,

    /** Ten steps with a pause after each: kill the server in the middle, start it again, and none is done twice. */
    tenSteps: async (ctx: pawl.Context, name: string) => {
      const done: string[] = [];
      for (let step = 1; step <= STEPS; step++) {
        const result = await ctx.run(`step ${step}`, () => {
          console.log(`step ${step} for ${name} is done now`);
          return `${step}@${new Date().toISOString().slice(11, 19)}`;
        });
        done.push(result);
        await ctx.sleep({ seconds: 1 });
      }
      return { name, done };
    },
  },
});

/** A virtual object: state per key, one writer at a time. */
export const counter = pawl.object({
  name: "Counter",
  handlers: {
    add: async (ctx: pawl.ObjectContext, amount: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
    get: pawl.handlers.object.shared(
      async (ctx: pawl.ObjectSharedContext) => (await ctx.get<number>("value")) ?? 0,
    ),
  },
});

/** A workflow: runs once per key, and waits for the click on a link for as long as it takes. */
export const signup = pawl.workflow({
  name: "Signup",
  handlers: {
    run: async (ctx: pawl.WorkflowContext, email: string) => {
      const secret = await ctx.run("make a secret", () => Math.random().toString(36).slice(2));
      await ctx.run("send the mail", () => console.log(`mail to ${email}: your secret is ${secret}`));
      const clicked = await ctx.promise<string>("clicked");
      return { email, confirmed: clicked === secret };
    },
    click: async (ctx: pawl.WorkflowSharedContext, secret: string) => {
      await ctx.promise<string>("clicked").resolve(secret);
    },
  },
});
