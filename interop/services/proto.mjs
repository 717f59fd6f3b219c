/** Protobuf services with Pawl's SDK, once with the code of ts-proto and once with that of protobuf-es. Both do the same. */
const PROTO = new URL("../../packages/sdk/dist/proto/", import.meta.url);

const restate = await import(new URL("index.js", PROTO));
const tsProto = await import(new URL("fixtures/ts-proto/test/services.js", PROTO));

/** Messages and services as protobuf-es describes them, for callers, too. */
export const generated = await import(new URL("fixtures/es/test/services_pb.js", PROTO));

export const NOBODY = "nobody";
export const DELAY_MS = 1_000;

/** @param {(topic: string) => void} note @returns {Record<string, (note) => import("node:http").RequestListener>} */
export const FLAVOURS = { "ts-proto": serveTsProto, "protobuf-es": serveEs };

function serveTsProto(note) {
  const clients = (ctx) => ({
    greeter: new tsProto.GreeterClientImpl(ctx),
    counter: new tsProto.CounterClientImpl(ctx),
    ledger: new tsProto.LedgerClientImpl(ctx),
  });
  class Greeter {
    greet = async (request) => greet(note, request);
    async shout(request) {
      const ctx = restate.useContext(this);
      return await shout(ctx, clients(ctx), request);
    }
    ignore = async () => ({});
  }
  class Counter {
    async add(request) {
      return await add(restate.useContext(this), request);
    }
    async reset() {
      restate.useContext(this).clear("count");
      return {};
    }
  }
  class Ledger {
    async append() {
      return await append(restate.useContext(this));
    }
  }
  const bind = (service, instance) => ({ descriptor: tsProto.protoMetadata, service, instance });
  return withRouters(restate.createServer())
    .bindService(bind("Greeter", new Greeter()))
    .bindService(bind("Counter", new Counter()))
    .bindService(bind("Ledger", new Ledger()));
}

function serveEs(note) {
  const clients = (ctx) => ({
    greeter: restate.protoClient(ctx, generated.Greeter),
    counter: restate.protoClient(ctx, generated.Counter),
    ledger: restate.protoClient(ctx, generated.Ledger),
  });
  return withRouters(restate.createServer())
    .bindService(generated.Greeter, {
      greet: async (request) => greet(note, request),
      shout: async (request, ctx) => await shout(ctx, clients(ctx), request),
      ignore: async () => ({}),
    })
    .bindService(generated.Counter, {
      add: async (request, ctx) => withBigInt(await add(ctx, request)),
      reset: async (_, ctx) => {
        ctx.clear("count");
        return {};
      },
    })
    .bindService(generated.Ledger, { append: async (_, ctx) => withBigInt(await append(ctx)) });
}

function withRouters(server) {
  return server
    .bindRouter("plainRoutes", restate.router({ greet: async (_, name) => `Hi ${name}` }))
    .bindKeyedRouter(
      "keyedRoutes",
      restate.keyedRouter({ show: async (_, key, request) => ({ key, request }) }),
    );
}

/** protobuf-es has int64 as bigint. */
const withBigInt = (response) => ({ ...response, count: BigInt(response.count) });

function greet(note, { name }) {
  note(name);
  if (name === NOBODY)
    throw new restate.TerminalError("no such name", { errorCode: restate.ErrorCodes.NOT_FOUND });
  return { greeting: `Hello ${name}` };
}

async function add(ctx, { amount }) {
  const count = ((await ctx.get("count")) ?? 0) + amount;
  ctx.set("count", count);
  return { count, note: ctx.key };
}

async function append(ctx) {
  const count = ((await ctx.get("count")) ?? 0) + 1;
  ctx.set("count", count);
  return { count, note: ctx.key };
}

/** What else a service does: the name of the request is a word that says what, a colon, and the name to do it with. */
const ACTS = {
  wait: async (_, { greeter }, name) => (await greeter.greet({ name })).greeting.toUpperCase(),
  step: async (ctx, _, name) => await ctx.sideEffect(async () => `${name} once`),
  oneWay: async (ctx, { greeter }, name) => {
    await ctx.oneWayCall(() => greeter.greet({ name }));
    return "sent";
  },
  delayed: async (ctx, { greeter }, name) => {
    await ctx.delayedCall(() => greeter.greet({ name }), DELAY_MS);
    return "sent";
  },
  catch: async (_, { greeter }) => {
    try {
      return (await greeter.greet({ name: NOBODY })).greeting;
    } catch (error) {
      return `${error.code} ${error.message}`;
    }
  },
  count: async (_, { counter }, name) => {
    await counter.add({ counter: name, amount: 2 });
    return String((await counter.add({ counter: name, amount: 3 })).count);
  },
  append: async (_, { ledger }) => String((await ledger.append({})).count),
  route: async (ctx, _, name) => await ctx.rpcGateway().rpc({ path: "plainRoutes" }).greet(name),
};

async function shout(ctx, clients, { name }) {
  const [act, ...rest] = name.split(":");
  return { greeting: await ACTS[act](ctx, clients, rest.join(":")) };
}
