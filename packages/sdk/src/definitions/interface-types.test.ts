/** Compile-time tests: this file compiling is the test. */
import { describe, it } from "node:test";
import { type } from "arktype";
import * as v from "valibot";
import * as z from "zod";
import * as pawl from "../index.js";
import { serde as zodSerde } from "../serde/zod.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

interface Order {
  id: string;
  total: number;
}
const OrderSchema = z.object({ id: z.string(), total: z.number() });

const Shop = pawl.iface.service("Shop", {
  order: pawl.iface.json<Order, number>(),
  list: pawl.iface.json<void, Order[]>(),
  nothing: pawl.iface.json(),
  raw: pawl.iface.serdes({ input: pawl.serde.binary, output: pawl.serde.binary }),
  checked: pawl.iface.schemas({ input: OrderSchema, output: z.boolean() }),
});
const Cart = pawl.iface.object("Cart", {
  add: pawl.iface.json<number, number>(),
  count: pawl.iface.shared.json<void, number>(),
  audit: pawl.iface.shared.schemas({ input: OrderSchema, output: v.string() }),
});
const Flow = pawl.iface.workflow("Flow", {
  run: pawl.iface.json<Order, boolean>(),
  approve: pawl.iface.json<boolean>(),
});

const shop = pawl.implement(Shop, {
  handlers: {
    order: async (ctx, order) => {
      same<pawl.Context, typeof ctx>(true);
      same<Order, typeof order>(true);
      return order.total;
    },
    list: async () => [],
    nothing: async () => {},
    raw: async (_ctx, data) => data,
    checked: async (_ctx, { total }) => total > 0,
  },
  options: { abortTimeout: 1, handlers: { order: { ingressPrivate: true } } },
});
const cart = pawl.implement(Cart, {
  handlers: {
    add: async (ctx, by) => {
      ctx.set("count", by);
      return by;
    },
    count: async (ctx) => {
      // @ts-expect-error a handler declared as shared only reads
      ctx.set("count", 1);
      return (await ctx.get<number>("count")) ?? 0;
    },
    audit: async (_ctx, order) => order.id,
  },
  options: { enableLazyState: true, handlers: { add: { enableLazyState: false } } },
});
const flow = pawl.implement(Flow, {
  handlers: {
    run: async (ctx, order) => {
      ctx.set("id", order.id);
      return ctx.promise<boolean>("approved");
    },
    approve: async (ctx, yes) => {
      // @ts-expect-error beside the workflow state is only read
      ctx.set("id", "");
      await ctx.promise<boolean>("approved").resolve(yes);
    },
  },
  options: { workflowRetention: { days: 1 } },
});

/** Never called: only its types matter. */
async function clients(ctx: pawl.ObjectContext): Promise<void> {
  const client = ctx.client(Shop);
  same<pawl.InvocationPromise<number>, ReturnType<typeof client.order>>(true);
  same<Uint8Array, Awaited<ReturnType<typeof client.raw>>>(true);
  same<boolean, Awaited<ReturnType<typeof client.checked>>>(true);
  client.list(pawl.rpc.opts({ headers: { a: "b" } }));
  client.order({ id: "1", total: 2 }, pawl.rpc.opts({ idempotencyKey: "k" }));
  // @ts-expect-error a field is missing
  client.order({ id: "1" });
  // @ts-expect-error the schema wants a number
  client.checked({ id: "1", total: "2" });
  // @ts-expect-error list takes no input
  client.list("x");
  // @ts-expect-error there is no such handler
  client.other();
  // @ts-expect-error a service has no key
  ctx.client(Shop, "key");
  // @ts-expect-error an object has a key
  ctx.client(Cart);

  same<number, Awaited<ReturnType<ReturnType<typeof ctx.client<"Cart", (typeof Cart)["_handlers"]>>["add"]>>>(
    true,
  );
  same<pawl.InvocationHandle, ReturnType<pawl.SendClientFromDescriptors<(typeof Cart)["_handlers"]>["add"]>>(
    true,
  );
  ctx.sendClient(Flow, "k").run({ id: "", total: 1 }, pawl.rpc.sendOpts({ delay: 1 }));
  // @ts-expect-error sends have options of their own
  ctx.sendClient(Cart, "k").add(1, pawl.rpc.opts({}));
  same<
    pawl.InvocationPromise<number>,
    ReturnType<pawl.ClientFromDescriptors<(typeof Cart)["_handlers"]>["count"]>
  >(true);
  ctx.scope("s").client(Cart, "k").count();

  // What is implemented can be called as an interface and as a definition.
  same<number, Awaited<ReturnType<ReturnType<typeof ctx.serviceClient<typeof shop>>["order"]>>>(true);
  ctx.client(shop).order({ id: "", total: 1 });
  ctx.objectClient(cart, "k").add(1);
  ctx.workflowClient(flow, "k").approve(true);
}

/** Never called. */
function definitions(): void {
  pawl.implement(Cart, {
    handlers: {
      // @ts-expect-error the interface says number
      add: async () => "text",
      count: async () => 1,
      audit: async () => "",
    },
  });
  pawl.implement(Flow, {
    // @ts-expect-error approve is missing
    handlers: { run: async () => true },
  });
  pawl.implement(Flow, {
    handlers: {
      run: async () => true,
      approve: async () => {},
      // @ts-expect-error the interface has no such handler
      reject: async () => {},
    },
  });
  const Ping = pawl.iface.service("Ping", { ping: pawl.iface.json<void, string>() });
  const handlers = { ping: async () => "pong" };
  // @ts-expect-error services have no key
  pawl.implement(Ping, { handlers: { ping: async (ctx) => ctx.key } });
  // @ts-expect-error services have no state
  pawl.implement(Ping, { handlers, options: { enableLazyState: true } });
  // @ts-expect-error the serdes are the interface's
  pawl.implement(Ping, { handlers, options: { handlers: { ping: { input: pawl.serde.binary } } } });
  // @ts-expect-error there is no such handler
  pawl.implement(Ping, { handlers, options: { handlers: { other: {} } } });
  pawl.iface.service("S", {
    // @ts-expect-error a handler is declared, not a function
    greet: async () => 1,
  });
  // @ts-expect-error not a schema
  pawl.serde.schema({ type: "string" });
  // @ts-expect-error not a schema of zod
  zodSerde.zod(v.string());
  pawl.object({
    name: "O",
    handlers: {
      add: pawl.handlers.object.exclusive(
        // @ts-expect-error the serde makes a number of it
        { input: zodSerde.zod(z.number()) },
        async (_ctx, by: string) => by,
      ),
    },
  });
  pawl.service({
    name: "S",
    handlers: {},
    // @ts-expect-error what happens then is "pause" or "kill"
    options: { retryPolicy: { onMaxAttempts: "stop" } },
  });
}

const withSerdes = pawl.service({
  name: "WithSerdes",
  handlers: {
    price: pawl.handlers.handler(
      { input: pawl.serde.schema(OrderSchema), output: pawl.serde.schema(z.number()) },
      async (_ctx, order) => order.total,
    ),
  },
});

/** Never called. */
function inference(ctx: pawl.Context): void {
  const price = ctx.serviceClient(withSerdes).price;
  same<Order, Parameters<typeof price>[0]>(true);
  same<number, Awaited<ReturnType<typeof price>>>(true);

  same<pawl.Serde<Order>, ReturnType<typeof pawl.serde.schema<typeof OrderSchema>>>(true);
  const valibot = pawl.serde.schema(v.object({ n: v.pipe(v.string(), v.transform(Number)) }));
  same<{ n: number }, pawl.SerdeType<typeof valibot>>(true);
  const arktype = pawl.serde.schema(type({ n: "number" }));
  same<{ n: number }, pawl.SerdeType<typeof arktype>>(true);
  const zod = zodSerde.zod(OrderSchema);
  same<Order, pawl.SerdeType<typeof zod>>(true);

  same<Order, pawl.InferInput<(typeof Shop)["_handlers"]["checked"]>>(true);
  same<boolean, pawl.InferOutput<(typeof Shop)["_handlers"]["checked"]>>(true);
  const handler = async (_: pawl.Context, order: Order): Promise<number> => order.total;
  same<Order, pawl.ArgType<typeof handler>>(true);
  same<number, pawl.HandlerReturnType<typeof handler>>(true);
  same<void, pawl.ArgType<() => Promise<number>>>(true);

  const implemented: pawl.ImplementedDefinition<"Shop", (typeof Shop)["_handlers"], "service"> = shop;
  const any: pawl.Descriptor[] = [Shop, Cart, Flow, implemented];
  void any;

  // A definition for one type of input is one for unknown inputs, and the other way around.
  type Task<I> = { run: (ctx: pawl.WorkflowContext, input: I) => Promise<void> };
  const tasks: pawl.WorkflowDefinition<string, Task<unknown>>[] = [];
  const register = <I>(task: pawl.WorkflowDefinition<string, Task<I>>) => tasks.push(task);
  void register;

  // Handlers by an interface of types alone.
  interface Greeter {
    greet(ctx: pawl.RestateContext, name: string): Promise<string>;
  }
  same<string, Awaited<ReturnType<ReturnType<typeof ctx.serviceClient<Greeter>>["greet"]>>>(true);
}

describe("types of interfaces", () => {
  it("flow from the declaration to handlers and callers", () => {
    void clients;
    void definitions;
    void inference;
  });
});
