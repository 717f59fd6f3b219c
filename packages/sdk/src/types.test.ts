/** Compile-time tests: this file compiling is the test. */
import { describe, it } from "node:test";
import * as pawl from "./node.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

interface Order {
  id: string;
  total: number;
}

const shop = pawl.service({
  name: "Shop",
  handlers: {
    order: async (_: pawl.Context, order: Order): Promise<number> => order.total,
    list: async (_: pawl.Context): Promise<Order[]> => [],
    raw: pawl.handlers.handler(
      { input: pawl.serde.binary, output: pawl.serde.binary },
      async (_ctx, data: Uint8Array) => data,
    ),
    wrapped: pawl.createServiceHandler({}, async (_ctx: pawl.Context, n: number) => `${n}`),
  },
});

const cart = pawl.object({
  name: "Cart",
  handlers: {
    add: async (ctx: pawl.ObjectContext<{ count: number }>, by: number) => {
      same<number | null, Awaited<ReturnType<typeof ctx.get<never, "count">>>>(true);
      ctx.set("count", by);
      // @ts-expect-error the state has no such key
      ctx.set("other", by);
      // @ts-expect-error the state's value is a number
      ctx.set("count", "text");
      return by;
    },
    peek: pawl.handlers.object.shared(async (ctx: pawl.ObjectSharedContext) => {
      // @ts-expect-error shared handlers only read
      ctx.set("count", 1);
      return (await ctx.get<number>("count")) ?? 0;
    }),
  },
});

const flow = pawl.workflow({
  name: "Flow",
  handlers: {
    run: async (ctx: pawl.WorkflowContext, order: Order) => {
      ctx.set("x", 1);
      return ctx.promise<boolean>(order.id);
    },
    approve: async (ctx: pawl.WorkflowSharedContext, yes: boolean) => ctx.promise<boolean>("p").resolve(yes),
  },
});

/** Never called: only its types matter. */
async function clients(ctx: pawl.Context): Promise<void> {
  const client = ctx.serviceClient(shop);
  same<pawl.InvocationPromise<number>, ReturnType<typeof client.order>>(true);
  same<number, Awaited<ReturnType<typeof client.order>>>(true);
  client.order({ id: "1", total: 2 });
  client.order({ id: "1", total: 2 }, pawl.rpc.opts({ headers: { a: "b" } }));
  // @ts-expect-error a field is missing
  client.order({ id: "1" });
  // @ts-expect-error there is no such handler
  client.nothing();
  client.list();
  // @ts-expect-error list takes no input
  client.list("x");
  same<Uint8Array, Awaited<ReturnType<typeof client.raw>>>(true);
  same<string, Awaited<ReturnType<typeof client.wrapped>>>(true);

  // By the type alone, as other processes do it.
  const byType = ctx.serviceClient<typeof shop>({ name: "Shop" });
  same<number, Awaited<ReturnType<typeof byType.order>>>(true);
  const elsewhere: typeof shop = { name: "Shop" };
  same<Order[], Awaited<ReturnType<ReturnType<typeof ctx.serviceClient<typeof elsewhere>>["list"]>>>(true);

  same<number, Awaited<ReturnType<ReturnType<typeof ctx.objectClient<typeof cart>>["add"]>>>(true);
  ctx.objectClient(cart, "k").peek();
  ctx.objectSendClient(cart, "k").add(1, pawl.rpc.sendOpts({ delay: { seconds: 1 } }));
  // @ts-expect-error sends have options of their own
  ctx.objectSendClient(cart, "k").add(1, pawl.rpc.opts({}));
  const sent = ctx.workflowSendClient(flow, "k").run({ id: "1", total: 1 });
  same<Promise<pawl.InvocationId>, typeof sent.invocationId>(true);
  same<boolean, Awaited<ReturnType<ReturnType<typeof ctx.workflowClient<typeof flow>>["run"]>>>(true);

  const all = await pawl.RestatePromise.all([
    client.order({ id: "", total: 1 }),
    ctx.sleep(1),
    ctx.run(() => "x"),
  ]);
  // biome-ignore lint/suspicious/noConfusingVoidType: the result of a sleep
  same<[number, void, string], typeof all>(true);
  const race = await pawl.RestatePromise.race([client.list(), ctx.run("n", async () => 1)]);
  same<number | Order[], typeof race>(true);
  const mapped = ctx.sleep(1).map(() => "x" as const);
  same<pawl.RestatePromise<"x">, typeof mapped>(true);
  // @ts-expect-error a plain promise cannot be combined
  pawl.RestatePromise.all([Promise.resolve(1)]);

  same<pawl.InferInput<typeof shopOrder>, Order>(true);
  same<pawl.InferOutput<typeof shopOrder>, number>(true);
}
const shopOrder = async (_: pawl.Context, order: Order): Promise<number> => order.total;

/** Never called. */
function definitions(): void {
  // @ts-expect-error a handler takes a context and returns a promise
  pawl.service({ name: "S", handlers: { wrong: (n: number) => n } });
  // @ts-expect-error a workflow has a run
  pawl.workflow({ name: "W", handlers: { other: async (_: pawl.WorkflowSharedContext) => 1 } });
  // @ts-expect-error this name is reserved
  pawl.workflow({ name: "W", handlers: { run: async () => 1, workflowSubmit: async () => 1 } });
}

describe("types", () => {
  it("of clients follow from definitions", () => {
    void clients;
    void definitions;
  });
});
