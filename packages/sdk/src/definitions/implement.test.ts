import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codec, type EndpointManifest, MessageType } from "@pawl/protocol";
import * as z from "zod";
import { rpc } from "../context/calls.js";
import type { Context, ObjectContext } from "../context/context.js";
import { type AnyDefinition, Endpoint } from "../endpoint/endpoint.js";
import { runToEnd } from "../runtime/server.test.kit.js";
import { type Serde, serde } from "../serde.js";
import { iface } from "./iface.js";
import { implement } from "./implement.js";
import { object, service } from "./service.js";

function manifestOf(...services: AnyDefinition[]): EndpointManifest["services"] {
  const endpoint = new Endpoint({ services, logger: () => {} });
  const answer = endpoint.handle({ path: "/discover", headers: {}, mode: "BIDI_STREAM" });
  assert.equal(answer.kind, "complete");
  return (JSON.parse(new TextDecoder().decode(answer.body)) as EndpointManifest).services;
}

/** Text in capitals on the wire. */
const capitals: Serde<string> = {
  contentType: "text/capitals",
  serialize: (value) => new TextEncoder().encode(value.toUpperCase()),
  deserialize: (data) => new TextDecoder().decode(data).toLowerCase(),
};

const Greeter = iface.service(
  "Greeter",
  {
    greet: iface.json<string, string>({ description: "says hello", metadata: { a: "1" } }),
    shout: iface.serdes({ input: capitals, output: capitals, description: "loud" }),
    ping: iface.json<void, string>(),
  },
  { description: "of the interface", metadata: { team: "x" } },
);
const greeter = implement(Greeter, {
  handlers: {
    greet: async (_ctx, name) => `Hello ${name}`,
    shout: async (_ctx, text) => text,
    ping: async () => "pong",
  },
});

describe("implement", () => {
  it("serves what the interface declares: serdes, descriptions, metadata", () => {
    const [manifest] = manifestOf(greeter);
    assert.equal(manifest?.ty, "SERVICE");
    assert.equal(manifest?.documentation, "of the interface");
    assert.deepEqual(manifest?.metadata, { team: "x" });
    const [greet, shout] = manifest?.handlers ?? [];
    assert.deepEqual(
      [greet?.name, greet?.documentation, greet?.metadata],
      ["greet", "says hello", { a: "1" }],
    );
    assert.equal(greet?.input?.contentType, "application/json");
    assert.deepEqual([shout?.documentation, shout?.input?.contentType], ["loud", "text/capitals"]);
  });

  it("lets the implementation say more, and otherwise", () => {
    const [manifest] = manifestOf(
      implement(Greeter, {
        handlers: { greet: async () => "", shout: async () => "", ping: async () => "" },
        description: "mine",
        metadata: { team: "y" },
        options: {
          abortTimeout: 7,
          handlers: {
            greet: { ingressPrivate: true, description: "greets" },
            ping: { metadata: { b: "2" } },
          },
        },
      }),
    );
    const [greet, , ping] = manifest?.handlers ?? [];
    assert.deepEqual(
      [manifest?.documentation, manifest?.metadata, manifest?.abortTimeout],
      ["mine", { team: "y" }, 7],
    );
    assert.deepEqual(
      [greet?.ingressPrivate, greet?.documentation, greet?.metadata],
      [true, "greets", { a: "1" }],
    );
    assert.deepEqual(ping?.metadata, { b: "2" });
  });

  it("knows the kinds of handlers in objects and workflows", () => {
    const Counter = iface.object("Counter", {
      add: iface.json<number, number>(),
      peek: iface.shared.json<void, number>(),
    });
    const Flow = iface.workflow("Flow", { run: iface.json(), approve: iface.json<boolean>() });
    const services = manifestOf(
      implement(Counter, { handlers: { add: async (_ctx, n) => n, peek: async () => 1 } }),
      implement(Flow, { handlers: { run: async () => {}, approve: async () => {} } }),
    );
    assert.deepEqual(
      services.map(({ ty, handlers }) => [ty, handlers.map((handler) => handler.ty)]),
      [
        ["VIRTUAL_OBJECT", ["EXCLUSIVE", "SHARED"]],
        ["WORKFLOW", ["WORKFLOW", "SHARED"]],
      ],
    );
  });

  it("runs the handlers with the interface's serdes", async () => {
    // The input on the wire is "X" with its quotes; the handler gets it in small letters.
    const seen: string[] = [];
    const { outcome } = await runToEnd(
      implement(Greeter, {
        handlers: {
          greet: async () => "",
          ping: async () => "",
          shout: async (_ctx, text) => {
            seen.push(text);
            return text;
          },
        },
      }),
      "shout",
      { input: "X" },
    );
    assert.deepEqual(seen, ['"x"']);
    assert.deepEqual(outcome, { kind: "completed", output: '"X"' });
  });

  it("names a handler that is missing", () => {
    assert.throws(
      () => implement(Greeter, { handlers: { greet: async () => "", ping: async () => "" } as never }),
      /The interface Greeter declares a handler 'shout', which is not implemented/,
    );
  });
});

describe("interfaces", () => {
  it("refuse names that no server takes", () => {
    assert.throws(() => iface.service("not a name", {}), /not a valid service name/);
    assert.throws(() => iface.object("O", { "a-b": iface.json() }), /not a valid handler name/);
    assert.throws(() => iface.workflow("W", { workflowSubmit: iface.json() }), /reserved/);
  });

  it("announce JSON Schemas of their schemas, for callers and of results", () => {
    const Orders = iface.service("Orders", {
      price: iface.schemas({ input: z.object({ count: z.number().default(1) }), output: z.number() }),
    });
    const [manifest] = manifestOf(implement(Orders, { handlers: { price: async (_ctx, o) => o.count } }));
    const { input, output } = manifest!.handlers[0]!;
    assert.deepEqual(input?.jsonSchema, {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { count: { default: 1, type: "number" } },
    });
    assert.deepEqual(output?.jsonSchema, {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "number",
    });
  });

  it("refuse an input that does not fit with code 400, every issue named", async () => {
    const Orders = iface.service("Orders", {
      price: iface.schemas({ input: z.object({ count: z.number() }) }),
    });
    const orders = implement(Orders, { handlers: { price: async () => 1 } });
    const { outcome } = await runToEnd(orders, "price", { input: { count: "x" } });
    assert.match(outcome.kind === "completed" ? outcome.output : "", /^400 .*\(at \/count\)/s);
  });
});

describe("clients", () => {
  /** Runs a handler whose calls are answered with their own input. */
  async function run(fn: (ctx: Context) => Promise<unknown>) {
    const { outcome, server } = await runToEnd(service({ name: "Test", handlers: { it: fn } }), "it");
    const calls = server.journal.filter(
      ({ type }) => type === MessageType.Call || type === MessageType.OneWayCall,
    );
    return {
      outcome,
      calls: calls.map(({ type, payload }) => {
        const call =
          type === MessageType.Call ? codec.Call.decode(payload) : codec.OneWayCall.decode(payload);
        const { serviceName, key, handlerName, parameter } = call;
        return [serviceName, key, handlerName, new TextDecoder().decode(parameter)].join(" ");
      }),
    };
  }
  const Keyed = iface.object("Keyed", {
    add: iface.serdes({ input: capitals, output: capitals }),
    list: iface.json<void, string>(),
  });

  it("of interfaces use their serdes, and JSON where there are none", async () => {
    const { outcome, calls } = await run(async (ctx) => [
      await ctx.client(Greeter).shout("hey"),
      await ctx.client(Greeter).greet("Pete"),
      await ctx.client(Keyed, "k").add("one"),
    ]);
    assert.deepEqual(calls, ["Greeter  shout HEY", 'Greeter  greet "Pete"', "Keyed k add ONE"]);
    assert.deepEqual(outcome, { kind: "completed", output: '["hey","Pete","one"]' });
  });

  it("for one-way calls do so, too", async () => {
    const { calls } = await run(async (ctx) => {
      ctx.sendClient(Greeter).shout("hey", rpc.sendOpts({ delay: 5 }));
      ctx.sendClient(Keyed, "k").list();
    });
    assert.deepEqual(calls, ["Greeter  shout HEY", "Keyed k list "]);
  });

  it("let a single call name another serde", async () => {
    const { calls } = await run((ctx) =>
      ctx.client(Greeter).shout("hey", rpc.opts({ input: serde.json, output: serde.json })),
    );
    assert.deepEqual(calls, ['Greeter  shout "hey"']);
  });

  it("fail the attempt, which will be retried, when a result does not fit its schema", async () => {
    const Shop = iface.service("Shop", { open: iface.schemas({ input: z.string(), output: z.boolean() }) });
    const { outcome } = await run((ctx) => ctx.client(Shop).open("today"));
    assert.equal(outcome.kind, "failed");
    assert.match(outcome.error.message, /does not fit its schema/);
  });

  it("inside of a scope know interfaces", async () => {
    const { server } = await runToEnd(
      service({
        name: "Test",
        handlers: { it: (ctx: Context) => ctx.scope("s").client(Greeter).shout("hey") },
      }),
      "it",
      { version: 7 },
    );
    const call = server.journal.find(({ type }) => type === MessageType.Call);
    const { scope, parameter } = codec.Call.decode(call!.payload);
    assert.deepEqual([scope, new TextDecoder().decode(parameter)], ["s", "HEY"]);
  });

  it("of definitions use the serdes of their handlers", async () => {
    const box = object({
      name: "Box",
      options: { serde: capitals },
      handlers: { put: async (_: ObjectContext, text: string) => text },
    });
    const { outcome, calls } = await run(async (ctx) => [
      await ctx.serviceClient(greeter).shout("a"),
      await ctx.objectClient(box, "k").put("b"),
      await ctx.objectClient<typeof box>({ name: "Box" }, "k").put("c"),
    ]);
    assert.deepEqual(calls, ["Greeter  shout A", "Box k put B", 'Box k put "c"']);
    assert.deepEqual(outcome, { kind: "completed", output: '["a","b","c"]' });
  });
});
