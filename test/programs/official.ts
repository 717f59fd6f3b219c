/**
 * A program as people write it for the official packages, imports included. It serves, registers itself, calls itself, and
 * prints what came back. It runs on our packages under their names.
 */
import * as restate from "@restatedev/restate-sdk";
import * as clients from "@restatedev/restate-sdk-clients";
import type { Serde } from "@restatedev/restate-sdk-core";

const text: Serde<string> = {
  contentType: "text/plain",
  serialize: (value) => new TextEncoder().encode(value),
  deserialize: (bytes) => new TextDecoder().decode(bytes),
};

const greeter = restate.service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: restate.Context, name: string): Promise<string> => {
      const greeting = await ctx.run("greeting", () => "Hello", { maxRetryAttempts: 3 });
      await ctx.sleep({ milliseconds: 1 });
      return `${greeting} ${name}`;
    },
    shout: restate.handlers.handler(
      { input: text, output: text },
      async (_ctx: restate.Context, words: string) => words.toUpperCase(),
    ),
    refuse: async (): Promise<void> => {
      throw new restate.TerminalError("not today", { errorCode: 418 });
    },
  },
});

const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number): Promise<number> => {
      const value = ((await ctx.get<number>("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
    get: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext): Promise<number> => (await ctx.get<number>("value")) ?? 0,
    ),
  },
});

const order = restate.workflow({
  name: "Order",
  handlers: {
    run: async (ctx: restate.WorkflowContext, item: string): Promise<string> => {
      const paid = await ctx.promise<string>("paid");
      const count = await ctx.objectClient<typeof counter>({ name: "Counter" }, item).add(1);
      return `${count} ${item}, ${paid}`;
    },
    pay: async (ctx: restate.WorkflowSharedContext, how: string): Promise<void> => {
      await ctx.promise<string>("paid").resolve(how);
    },
  },
});

export type Greeter = typeof greeter;
type Counter = typeof counter;
type Order = typeof order;

const port = await restate.serve({ services: [greeter, counter, order], port: 0 });
const registered = await fetch(`${process.env.ADMIN}/deployments`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
});
if (!registered.ok) throw new Error(await registered.text());

const ingress = clients.connect({ url: process.env.INGRESS!, retry: true });
const results: unknown[] = [];

results.push(await ingress.serviceClient<Greeter>({ name: "Greeter" }).greet("Ada"));
results.push(
  await ingress
    .serviceClient<Greeter>({ name: "Greeter" })
    .shout("hey", clients.rpc.opts({ input: text, output: text, headers: { "x-mood": "loud" } })),
);
results.push(await ingress.objectClient<Counter>({ name: "Counter" }, "a/b").add(2));
results.push(await ingress.objectClient<Counter>({ name: "Counter" }, "a/b").get());

const sent = await ingress
  .objectSendClient<Counter>({ name: "Counter" }, "a/b")
  .add(3, clients.rpc.sendOpts({ idempotencyKey: "once", delay: { milliseconds: 5 } }));
results.push(sent.status, await ingress.result(sent));

const workflow = ingress.workflowClient<Order>({ name: "Order" }, "o-1");
const submission = await workflow.workflowSubmit("book");
results.push(submission.status, (await workflow.workflowOutput()).ready);
await workflow.pay("in cash");
results.push(await workflow.workflowAttach(), await ingress.result(submission));
results.push((await workflow.workflowSubmit("book")).status);
const output = await workflow.workflowOutput();
if (output.ready) results.push(output.result);

results.push(await ingress.call<string, string>({ service: "Greeter", handler: "greet", parameter: "Bob" }));
try {
  await ingress.serviceClient<Greeter>({ name: "Greeter" }).refuse();
} catch (error) {
  if (error instanceof clients.HttpCallError) results.push(error.status);
}

console.log(JSON.stringify(results));
process.exit(0);
