/** Services whose interface is declared apart from their handlers, with schemas, and handlers that call them by it. */
import { z } from "zod";

/**
 * The interfaces, for handlers and for callers from outside.
 * @param {{ iface: object, serde: object }} core either SDK, or its part for callers
 */
export function makeContracts({ iface, serde }, suffix) {
  const greeting = z.object({ greeting: z.string(), to: z.array(z.string()) });
  const request = z.object({ name: z.string().min(1), times: z.number().int().default(1) });
  return {
    greeter: iface.service(
      `ContractGreeter${suffix}`,
      {
        greet: iface.schemas({
          input: request,
          output: greeting,
          description: "Greets as often as asked",
          metadata: { owner: "greetings" },
        }),
        shout: iface.json(),
        reversed: iface.serdes({ input: serde.binary, output: serde.binary }),
        asSchema: iface.serdes({ input: serde.schema(request), output: serde.schema(greeting) }),
        nothing: iface.json({ description: "Takes nothing, gives nothing" }),
        /** Its implementation does not keep to it. */
        unfaithful: iface.schemas({ input: z.string(), output: z.number() }),
        whoCalls: iface.json(),
      },
      { description: "Greets people", metadata: { team: "contracts" } },
    ),
    tally: iface.object(`ContractTally${suffix}`, {
      add: iface.schemas({ input: z.number(), output: z.number() }),
      bytes: iface.serdes({ input: serde.binary, output: serde.binary }),
      total: iface.shared.json(),
      typedTotal: iface.shared.schemas({ output: z.number() }),
      totalBytes: iface.shared.serdes({ output: serde.binary }),
    }),
    approval: iface.workflow(`ContractApproval${suffix}`, {
      run: iface.schemas({ input: z.object({ amount: z.number() }), output: z.string() }),
      decide: iface.json(),
    }),
  };
}

export function makeContractServices(sdk, test) {
  const { implement, rpc } = sdk;
  const { greeter, tally, approval } = makeContracts(sdk, test.suffix);

  const greet = async (_ctx, { name, times }) => ({
    greeting: "Hello",
    to: Array.from({ length: times }, () => name),
  });
  const greeterService = implement(greeter, {
    handlers: {
      greet,
      asSchema: greet,
      shout: async (_ctx, text) => text.toUpperCase(),
      reversed: async (_ctx, bytes) => Uint8Array.from(bytes).reverse(),
      nothing: async () => {},
      unfaithful: async (_ctx, text) => text,
      whoCalls: async (ctx) => ctx.request().headers.get("x-caller") ?? null,
    },
    metadata: { team: "implementers" },
    options: {
      inactivityTimeout: { minutes: 2 },
      handlers: {
        shout: { ingressPrivate: true, description: "Only from inside", metadata: { volume: "11" } },
        nothing: { idempotencyRetention: { hours: 3 } },
        unfaithful: { retryPolicy: { maxAttempts: 1, onMaxAttempts: "kill" } },
      },
    },
  });

  const tallyObject = implement(tally, {
    handlers: {
      add: async (ctx, amount) => {
        const total = ((await ctx.get("total")) ?? 0) + amount;
        ctx.set("total", total);
        return total;
      },
      bytes: async (_ctx, bytes) => bytes,
      total: async (ctx) => ({ key: ctx.key, total: await ctx.get("total") }),
      typedTotal: async (ctx) => await ctx.get("total"),
      totalBytes: async (ctx) => Uint8Array.of(await ctx.get("total")),
    },
    options: { enableLazyState: true, handlers: { total: { enableLazyState: false } } },
  });

  const approvalWorkflow = implement(approval, {
    handlers: {
      run: async (ctx, { amount }) => `${amount}: ${await ctx.promise("decision")}`,
      decide: async (ctx, decision) => ctx.promise("decision").resolve(decision),
    },
    options: { workflowRetention: { hours: 5 } },
  });

  const caller = sdk.service({
    name: `ContractCaller${test.suffix}`,
    handlers: {
      all: async (ctx, key) => {
        const greeting = ctx.client(greeter);
        const counting = ctx.client(tally, key);
        ctx.sendClient(tally, key).add(5);
        const workflow = ctx.client(approval, key);
        const approved = workflow.run({ amount: 7 });
        await workflow.decide("yes");
        return {
          greet: await greeting.greet({ name: "Ada", times: 2 }),
          // As a schema of its library says it, and as its input says it: with a default.
          byDefault: await greeting.asSchema({ name: "Bob" }),
          shout: await greeting.shout("hey"),
          reversed: Array.from(await greeting.reversed(Uint8Array.of(1, 2, 3))),
          nothing: (await greeting.nothing()) ?? "nothing",
          whoCalls: await greeting.whoCalls(rpc.opts({ headers: { "x-caller": "contracts" } })),
          added: await counting.add(6),
          total: await counting.total(),
          typedTotal: await counting.typedTotal(),
          totalBytes: Array.from(await counting.totalBytes()),
          approved: await approved,
        };
      },
      /** An implementation is an interface, too, and so are the clients for definitions. */
      byImplementation: async (ctx, key) => [
        await ctx.client(greeterService).greet({ name: "Eve", times: 1 }),
        Array.from(await ctx.serviceClient(greeterService).reversed(Uint8Array.of(1, 2))),
        await ctx.objectClient(tallyObject, key).add(1),
        await ctx.objectClient(tally, key).add(1),
      ],
      invalid: async (ctx) => {
        try {
          await ctx.client(greeter).greet({ name: "", times: 1.5 });
          return "no failure";
        } catch (error) {
          if (!(error instanceof sdk.TerminalError)) throw error;
          return error.code;
        }
      },
    },
  });
  return [greeterService, tallyObject, approvalWorkflow, caller];
}
