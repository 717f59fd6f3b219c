/**
 * A program for the official SDK: it compiles and runs with either package under this name. It serves itself with a request
 * handler, and prints what it announces at discovery.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as restate from "@restatedev/restate-sdk";
import {
  type Context,
  createObjectSharedHandler,
  createServiceHandler,
  handlers,
  iface,
  implement,
  type ObjectContext,
  type ObjectSharedContext,
  RestatePromise,
  serde,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
} from "@restatedev/restate-sdk";
import * as z from "zod";

const Order = z.object({ id: z.string(), count: z.number() });
type Order = z.infer<typeof Order>;

class OutOfStock extends Error {}

const bigints: restate.Serde<bigint> = {
  contentType: "text/plain",
  serialize: (value) => new TextEncoder().encode(value.toString()),
  deserialize: (data) => BigInt(new TextDecoder().decode(data)),
  preview: { toJsonString: (value) => `"${value}"`, fromJsonString: (json) => BigInt(JSON.parse(json)) },
};

// Handlers first

const stock = restate.service({
  name: "Stock",
  description: "What is there",
  metadata: { team: "store" },
  handlers: {
    reserve: async (ctx: Context, order: Order): Promise<boolean> => {
      if (order.count > 100) throw new OutOfStock(order.id);
      return ctx.run("reserve", async () => order.count > 0, {
        maxRetryAttempts: 3,
        initialRetryInterval: { milliseconds: 10 },
      });
    },
    checked: handlers.handler(
      { input: serde.schema(Order), output: serde.schema(z.boolean()), ingressPrivate: true },
      async (ctx, order) => order.count > 0 && ctx.rand.random() < 1,
    ),
    total: createServiceHandler(
      { input: bigints, output: bigints },
      async (_ctx: Context, n: bigint) => n * 2n,
    ),
    nothing: async (_ctx: Context) => {},
  },
  options: {
    idempotencyRetention: { days: 1 },
    journalRetention: 1000,
    inactivityTimeout: { minutes: 1 },
    abortTimeout: { seconds: 30 },
    retryPolicy: { maxAttempts: 5, onMaxAttempts: "pause", initialInterval: 10, exponentiationFactor: 2 },
    asTerminalError: (error) =>
      error instanceof OutOfStock ? new TerminalError(error.message, { errorCode: 409 }) : undefined,
    onJournalMismatchErrors: "pause",
    explicitCancellation: false,
  },
});
type Stock = typeof stock;

type CartState = { items: string[]; open: boolean };

const cart = restate.object({
  name: "Cart",
  handlers: {
    add: async (ctx: ObjectContext<CartState>, item: string) => {
      const items = (await ctx.get("items")) ?? [];
      ctx.set("items", [...items, item]);
      return items.length + 1;
    },
    checkout: handlers.object.exclusive(
      { enableLazyState: true, journalRetention: { hours: 1 } },
      async (ctx: ObjectContext, scope: string) => {
        const service = ctx.serviceClient<Stock>({ name: "Stock" });
        const [first, second] = await RestatePromise.all([
          service.reserve(
            { id: ctx.key, count: 1 },
            restate.rpc.opts({ idempotencyKey: "k", headers: { a: "b" } }),
          ),
          service.nothing().map(() => scope),
        ]);
        ctx
          .serviceSendClient(stock)
          .reserve({ id: "x", count: 1 }, restate.rpc.sendOpts({ delay: { seconds: 1 } }));
        ctx.clearAll();
        return { first, second };
      },
    ),
    size: createObjectSharedHandler(async (ctx: ObjectSharedContext<CartState>) => {
      return (await ctx.get("items"))?.length ?? 0;
    }),
    keys: handlers.object.shared({ accept: "*/*" }, async (ctx: ObjectSharedContext) => ctx.stateKeys()),
  },
  options: { enableLazyState: false },
});

const approval = restate.workflow({
  name: "Approval",
  handlers: {
    run: async (ctx: WorkflowContext, order: Order) => {
      ctx.set("order", order.id);
      const { id, promise } = ctx.awakeable<string>();
      ctx.console.log(id);
      const winner = await RestatePromise.race([
        ctx.promise<boolean>("approved").get(),
        promise.map((value) => value === "yes"),
        ctx.sleep({ days: 1 }).map(() => false),
      ]);
      return winner;
    },
    approve: async (ctx: WorkflowSharedContext, yes: boolean) => {
      if ((await ctx.promise<boolean>("approved").peek()) === undefined) {
        await ctx.promise<boolean>("approved").resolve(yes);
      }
    },
    status: handlers.workflow.shared({ output: serde.json }, async (ctx: WorkflowSharedContext) =>
      ctx.get<string>("order"),
    ),
  },
  options: { workflowRetention: { days: 7 } },
});

// Interfaces first

const Greeter = iface.service(
  "Greeter",
  {
    greet: iface.json<{ name: string }, { greeting: string }>(),
    check: iface.schemas({ input: Order, output: z.boolean(), description: "looks at an order" }),
    sum: iface.serdes({ input: bigints, output: bigints }),
    ping: iface.json<void, string>(),
  },
  { description: "Says hello", metadata: { team: "doors" } },
);
const Counter = iface.object("Counter", {
  add: iface.json<number, number>(),
  current: iface.shared.json<void, number>(),
});

const greeter = implement(Greeter, {
  handlers: {
    greet: async (ctx, { name }) => {
      const counted = await ctx.client(Counter, name).add(1);
      ctx.sendClient(Counter, name).add(1, restate.rpc.sendOpts({ delay: 10 }));
      return { greeting: `Hello ${name}, ${counted}` };
    },
    check: async (ctx, order) => {
      const reserved: boolean = await ctx.serviceClient(stock).reserve(order);
      return reserved;
    },
    sum: async (_ctx, n) => n,
    ping: async () => "pong",
  },
  options: { handlers: { ping: { ingressPrivate: true } } },
});
const counter = implement(Counter, {
  handlers: {
    add: async (ctx, by) => {
      const next = ((await ctx.get<number>("n")) ?? 0) + by;
      ctx.set("n", next);
      return next;
    },
    current: async (ctx) => (await ctx.get<number>("n")) ?? 0,
  },
});

// What helpers of users are typed with

const retryable = (cause: unknown): restate.RetryableError =>
  restate.RetryableError.from(cause, { retryAfter: 10 });
const idOf = (text: string): restate.InvocationId => restate.InvocationIdParser.fromString(text);
async function cancelAll(ctx: restate.Context, ids: restate.InvocationId[]): Promise<void> {
  for (const id of ids) ctx.cancel(id);
  const result = await ctx.genericCall<string, string>({
    service: "Any",
    method: "any",
    parameter: "x",
    inputSerde: serde.json,
    outputSerde: serde.json,
  });
  const reference: restate.InvocationReference = ctx.invocation(idOf(result));
  reference.signal<string>("name").resolve("x");
}
const logger: restate.LoggerTransport = () => {};

const services = [stock, cart, approval, greeter, counter];
const server = createServer(restate.createEndpointHandler({ services, logger }));
server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address() as AddressInfo;
  const accept = "application/vnd.restate.endpointmanifest.v4+json";
  const response = await fetch(`http://127.0.0.1:${port}/discover`, { headers: { accept } });
  const { services: announced } = (await response.json()) as { services: unknown };
  const helpers = [retryable, cancelAll].map((helper) => typeof helper);
  console.log(JSON.stringify({ announced, helpers }, null, 2));
  server.close();
});
