import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codec, MessageType } from "@pawl/protocol";
import type { AnyDefinition } from "../../endpoint/endpoint.js";
import { InvocationServer, inOrder, runToEnd } from "../../runtime/server.test.kit.js";
import type { RpcContext } from "../context/restate-context.js";
import { GreeterClientImpl } from "../fixtures/ts-proto/test/services.js";
import { requestBytes, run } from "../proto.test.kit.js";
import { type Event, keyedEventHandler } from "./event.js";
import { keyedRouter, keyedRouterObject, router, routerService } from "./router.js";
import type { ServiceApi } from "./rpc-gateway.js";

const greeter = router({
  greet: async (_: RpcContext, name: string) => `Hello ${name}`,
  nothing: async () => undefined,
  when: async (_: RpcContext) => ({ at: new Date(0) }),
});
const people = keyedRouter({
  greet: async (_: RpcContext, name: string, { age }: { age: number }) => `Hello ${name} of ${age} years old`,
  count: async (ctx: RpcContext, key: string, request?: string) => {
    const count = ((await ctx.get<number>("n")) ?? 0) + 1;
    ctx.set("n", count);
    return [key, count, request ?? null];
  },
  seen: keyedEventHandler(async (ctx: RpcContext, event: Event) => {
    ctx.set("seen", [event.key, event.json(), event.attributes, event.body().length]);
  }),
});
const greeterApi: ServiceApi<typeof greeter> = { path: "greeter" };
const peopleApi: ServiceApi<typeof people> = { path: "people" };

const unkeyed = routerService("greeter", greeter);
const keyed = keyedRouterObject("people", people);

describe("routers", () => {
  it("serve routes as JSON", async () => {
    assert.deepEqual((await runToEnd(unkeyed, "greet", { input: "Pete" })).outcome, {
      kind: "completed",
      output: '"Hello Pete"',
    });
    assert.deepEqual((await runToEnd(unkeyed, "when")).outcome, {
      kind: "completed",
      output: '{"at":"1970-01-01T00:00:00.000Z"}',
    });
    assert.deepEqual((await runToEnd(unkeyed, "nothing")).outcome, { kind: "completed", output: "" });
  });

  it("pass the key to routes that have one", async () => {
    const { outcome } = await runToEnd(keyed, "greet", { key: "John Doe", input: { age: 55 } });
    assert.deepEqual(outcome, { kind: "completed", output: '"Hello John Doe of 55 years old"' });
    const none = await runToEnd(keyed, "greet", { key: "", input: {} });
    assert.match(none.outcome.kind === "completed" ? none.outcome.output : "", /400 .*without a key/);
  });

  it("pass events to their handlers", async () => {
    const payload = codec.Input.encode({
      headers: [{ key: "kafka.offset", value: "7" }],
      value: new TextEncoder().encode('{"a":1}'),
    });
    const server = new InvocationServer(keyed, "seen", {
      key: "k",
      journal: [{ type: MessageType.Input, payload }],
    });
    server.start();
    assert.equal((await server.finish(inOrder)).kind, "completed");
    const set = server.journal.find(({ type }) => type === MessageType.SetState)!;
    const value = new TextDecoder().decode(codec.SetState.decode(set.payload).value);
    assert.equal(value, '["k",{"a":1},{"kafka.offset":"7"},7]');
  });

  it("are refused when they are wrong", () => {
    assert.throws(() => routerService("r", undefined as never), /router must be defined/);
    assert.throws(() => routerService("r", { a: 1 } as never), /The route a is not a function/);
    assert.throws(() => routerService("r", { a: keyedEventHandler(async () => {}) } as never), /keyedRouter/);
    assert.throws(() => routerService("no name", {}), /not a valid service name/);
  });
});

describe("clients of routers", () => {
  const callers: Record<string, (ctx: RpcContext) => Promise<unknown>> = {
    unkeyed: async (ctx) => ctx.rpc(greeterApi).greet("Pete"),
    keyed: async (ctx) => ctx.rpc(peopleApi).greet("Pete", { age: 5 }),
    keyOnly: async (ctx) => ctx.rpc(peopleApi).count("Pete"),
    none: async (ctx) => ctx.rpc(greeterApi).when(),
    elsewhere: async (ctx) => ctx.rpc<typeof greeter>({ path: "elsewhere" }).greet("Pete"),
    elsewhereKeyed: async (ctx) => ctx.rpc<typeof people>({ path: "elsewhere", keyed: true }).count("Pete"),
    sent: async (ctx) => {
      ctx.send(peopleApi).greet("Pete", { age: 5 });
      ctx.sendDelayed(greeterApi, 5000).greet("Pete");
    },
    proto: async (ctx) => new GreeterClientImpl(ctx.grpcChannel()).greet({ name: "Pete" }),
    tooMany: async (ctx) =>
      (ctx.rpc(peopleApi) as Record<string, (...args: unknown[]) => unknown>).greet!(1, 2, 3),
    noKey: async (ctx) =>
      (ctx.rpc(peopleApi) as Record<string, (...args: unknown[]) => unknown>).greet!(1, 2),
    // @ts-expect-error events are not called
    event: async (ctx) => ctx.rpc(peopleApi).seen("k"),
  };
  const definition: AnyDefinition = routerService("callers", router(callers));

  it("call with key and request", async () => {
    const targetOf = async (route: string) => {
      const { calls } = await run(definition, route, new Uint8Array(0));
      const { serviceName, handlerName, key, parameter } = calls[0]!;
      return [serviceName, handlerName, key, new TextDecoder().decode(parameter)];
    };
    assert.deepEqual(await targetOf("unkeyed"), ["greeter", "greet", "", '"Pete"']);
    assert.deepEqual(await targetOf("keyed"), ["people", "greet", "Pete", '{"age":5}']);
    assert.deepEqual(await targetOf("keyOnly"), ["people", "count", "Pete", ""]);
    assert.deepEqual(await targetOf("none"), ["greeter", "when", "", ""]);
    assert.deepEqual(await targetOf("elsewhere"), ["elsewhere", "greet", "", '"Pete"']);
    assert.deepEqual(await targetOf("elsewhereKeyed"), ["elsewhere", "count", "Pete", ""]);
  });

  it("send, now or later", async () => {
    const { sends } = await run(definition, "sent", new Uint8Array(0));
    assert.deepEqual(
      sends.map(({ serviceName, key, invokeTime }) => [serviceName, key, Number(invokeTime) > 0]),
      [
        ["people", "Pete", false],
        ["greeter", "", true],
      ],
    );
  });

  it("stand beside those of protobuf services", async () => {
    const { calls } = await run(definition, "proto", new Uint8Array(0));
    assert.deepEqual(calls[0]!.parameter, requestBytes("Pete"));
  });

  it("refuse arguments that do not fit", async () => {
    assert.match(
      (await run(definition, "tooMany", new Uint8Array(0))).failure!.message,
      /wrong number of arguments/,
    );
    assert.match(
      (await run(definition, "noKey", new Uint8Array(0))).failure!.message,
      /people.greet is keyed/,
    );
  });
});
