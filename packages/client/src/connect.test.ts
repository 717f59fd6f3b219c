import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type {
  Context,
  ObjectContext,
  ServiceDefinition,
  VirtualObjectDefinition,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowSharedContext,
} from "@pawl/sdk";
import { connect, HttpCallError, rpc, type Serde, serde } from "./index.js";

type Greeter = ServiceDefinition<
  "Greeter",
  { greet: (ctx: Context, name: string) => Promise<string>; ping: (ctx: Context) => Promise<number> }
>;
type Counter = VirtualObjectDefinition<
  "Counter",
  { add: (ctx: ObjectContext, by: number) => Promise<number> }
>;
type Flow = WorkflowDefinition<
  "Flow",
  {
    run: (ctx: WorkflowContext, order: { id: string }) => Promise<boolean>;
    approve: (ctx: WorkflowSharedContext, yes: boolean) => Promise<void>;
  }
>;
const greeter: Greeter = { name: "Greeter" };
const counter: Counter = { name: "Counter" };
const flow: Flow = { name: "Flow" };

/** An ingress that answers everything with this, and remembers the requests. */
function ingress(status: number, answer: unknown) {
  const requests: string[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.entries(init.headers as Record<string, string>)
      .filter(([name]) => name !== "x-restateclient-retry-attempt")
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => `${name}=${value}`);
    const body = init.body === undefined ? [] : [new TextDecoder().decode(init.body as Uint8Array)];
    requests.push([init.method, url, ...headers, ...body].join(" "));
    return new Response(answer === undefined ? null : JSON.stringify(answer), { status });
  };
  const client = connect({
    url: "http://ingress/",
    headers: { a: "b" },
    fetch: fetch as typeof globalThis.fetch,
  });
  return { client, requests };
}

const accepted = { invocationId: "inv_1x", status: "Accepted" };

describe("calls", () => {
  it("are a POST with a JSON body", async () => {
    const { client, requests } = ingress(200, "hello");
    const greeting: string = await client.serviceClient(greeter).greet("bob");
    assert.equal(greeting, "hello");
    await client.objectClient(counter, "a/b").add(1, rpc.opts({ idempotencyKey: "i", headers: { h: "v" } }));
    await client.serviceClient<Greeter>({ name: "Greeter" }).ping();
    assert.deepEqual(requests, [
      'POST http://ingress/Greeter/greet a=b content-type=application/json "bob"',
      "POST http://ingress/Counter/a%2Fb/add a=b content-type=application/json h=v idempotency-key=i 1",
      "POST http://ingress/Greeter/ping a=b",
    ]);
  });

  it("by names alone are bytes", async () => {
    const { client, requests } = ingress(200, 7);
    const result = await client.call({
      service: "S",
      handler: "h",
      parameter: new TextEncoder().encode("x"),
    });
    assert.equal(new TextDecoder().decode(result), "7");
    assert.deepEqual(requests, ["POST http://ingress/S/h a=b content-type=application/octet-stream x"]);
  });

  it("reject with the status and the body of a failure", async () => {
    const { client } = ingress(418, { message: "teapot" });
    await assert.rejects(
      client.serviceClient(greeter).ping(),
      (error: HttpCallError) =>
        error instanceof HttpCallError &&
        error.status === 418 &&
        error.responseText === '{"message":"teapot"}',
    );
  });
});

describe("sends", () => {
  it("return the invocation, and take a delay", async () => {
    const { client, requests } = ingress(202, accepted);
    const sent = await client
      .serviceSendClient(greeter)
      .greet("bob", rpc.sendOpts({ delay: { seconds: 2 } }));
    assert.deepEqual(sent, { ...accepted, attachable: false });
    const keyed = await client.objectSendClient(counter, "k").add(1, rpc.sendOpts({ idempotencyKey: "i" }));
    assert.equal(keyed.attachable, true);
    const result: number = await client.result(keyed);
    assert.deepEqual(result as unknown, accepted);
    assert.deepEqual(requests, [
      'POST http://ingress/Greeter/greet/send?delay=2000ms a=b content-type=application/json "bob"',
      "POST http://ingress/Counter/k/add/send a=b content-type=application/json idempotency-key=i 1",
      "GET http://ingress/restate/invocation/inv_1x/attach a=b",
    ]);
  });

  it("have a result later only with an idempotency key", async () => {
    const { client, requests } = ingress(202, accepted);
    const sent = await client.serviceSendClient(greeter).greet("bob");
    await assert.rejects(client.result(sent), { name: "TypeError", message: /inv_1x is not kept/ });
    assert.equal(requests.length, 1);
  });

  it("by names alone take what a send takes", async () => {
    const { client, requests } = ingress(202, accepted);
    const opts = rpc.sendOpts<number>({ delay: 5, limitKey: "a/b" });
    await client.send({ service: "S", key: "k", handler: "h", parameter: 1, scope: "tenant", opts });
    assert.deepEqual(requests, [
      "POST http://ingress/restate/scope/tenant/send/S/k/h?delay=5ms a=b content-type=application/json x-restate-limit-key=a/b 1",
    ]);
  });
});

describe("scopes", () => {
  it("are part of the path", async () => {
    const { client, requests } = ingress(200, accepted);
    const tenant = client.scope("tenant");
    await tenant.serviceClient(greeter).greet("bob", rpc.opts({ limitKey: "user" }));
    await tenant.objectSendClient(counter, "a/b").add(1);
    await tenant.workflowClient(flow, "k").workflowSubmit({ id: "1" });
    assert.deepEqual(requests, [
      'POST http://ingress/restate/scope/tenant/call/Greeter/greet a=b content-type=application/json x-restate-limit-key=user "bob"',
      "POST http://ingress/restate/scope/tenant/send/Counter/a%2Fb/add a=b content-type=application/json 1",
      'POST http://ingress/restate/scope/tenant/send/Flow/k/run a=b content-type=application/json {"id":"1"}',
    ]);
  });

  it("are part of the target where a workflow's result is asked for", async () => {
    const { client, requests } = ingress(200, true);
    const workflow = client.scope("tenant").workflowClient(flow, "k");
    await workflow.workflowAttach();
    await workflow.workflowOutput();
    const target = '{"target":"workflow","workflowName":"Flow","workflowKey":"k","scope":"tenant"}';
    assert.deepEqual(requests, [
      `POST http://ingress/restate/attach a=b content-type=application/json ${target}`,
      `POST http://ingress/restate/output a=b content-type=application/json ${target}`,
    ]);
  });
});

describe("interfaces", () => {
  const upper: Serde<string> = {
    contentType: "text/plain",
    serialize: (text) => new TextEncoder().encode(text.toUpperCase()),
    deserialize: (bytes) => new TextDecoder().decode(bytes).toUpperCase(),
  };
  const shout = { _inputSerde: upper, _outputSerde: upper };
  const plain: { readonly _outputSerde?: Serde<number> } = {};
  const service = { name: "Shouter", _kind: "service", _handlers: { shout, plain } } as const;
  const object = { name: "Shouters", _kind: "object", _handlers: { shout } } as const;

  it("bring their serdes", async () => {
    const { client, requests } = ingress(200, "answer");
    const said: string = await client.client(service).shout("hey");
    assert.equal(said, '"ANSWER"');
    await client.client(object, "k").shout("you");
    await client.sendClient(object, "k").shout("there");
    await client.client(service).shout("own", rpc.opts({ input: serde.json }));
    assert.equal((await client.client(service).plain(1)) as unknown, "answer");
    assert.deepEqual(requests, [
      "POST http://ingress/Shouter/shout a=b content-type=text/plain HEY",
      "POST http://ingress/Shouters/k/shout a=b content-type=text/plain YOU",
      "POST http://ingress/Shouters/k/shout/send a=b content-type=text/plain THERE",
      'POST http://ingress/Shouter/shout a=b content-type=application/json "own"',
      "POST http://ingress/Shouter/plain a=b content-type=application/json 1",
    ]);
  });

  it("bring them when they are used as definitions, too", async () => {
    const { client, requests } = ingress(200, "answer");
    await client
      .serviceClient<Greeter>({ name: "Greeter", _handlers: { greet: shout } } as Greeter)
      .greet("bob");
    assert.deepEqual(requests, ["POST http://ingress/Greeter/greet a=b content-type=text/plain BOB"]);
  });
});

describe("options", () => {
  it("are refused when they are not made with rpc", async () => {
    const { client } = ingress(200, 1);
    const { greet } = client.serviceClient(greeter) as unknown as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    await assert.rejects(async () => greet!("bob", { idempotencyKey: "i" }), /rpc\.opts/);
    await assert.rejects(async () => greet!("bob", undefined, 1), /nothing more/);
  });

  it("cannot be both a timeout and a signal", async () => {
    const { client, requests } = ingress(200, 1);
    const both = rpc.opts<string, string>({ timeout: 1, signal: new AbortController().signal });
    await assert.rejects(client.serviceClient(greeter).greet("bob", both), /either a timeout or a signal/);
    assert.deepEqual(requests, []);
  });
});

describe("a serde and a codec of the connection", () => {
  const reversed = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();

  it("apply to inputs and results, also to those of awakeables", async () => {
    const bodies: string[] = [];
    const client = connect({
      url: "http://ingress",
      journalValueCodec: { encode: reversed, decode: async (bytes) => reversed(bytes) },
      fetch: async (_url, init) => {
        bodies.push(new TextDecoder().decode(init!.body as Uint8Array));
        return new Response('"olleh"');
      },
    });
    assert.equal(await client.serviceClient(greeter).greet("bob"), "hello");
    await client.resolveAwakeable("sign_1x", 12);
    await client.rejectAwakeable("sign_1x", "why");
    assert.deepEqual(bodies, ['"bob"', "21", "why"]);
  });

  it("take the place of JSON where no other serde is named", async () => {
    const asked: string[] = [];
    const client = connect({
      url: "http://ingress",
      serde: { contentType: "x/y", serialize: () => new Uint8Array(1), deserialize: () => "mine" },
      fetch: async (_url, init) => {
        asked.push((init!.headers as Record<string, string>)["content-type"] ?? "");
        return new Response("theirs");
      },
    });
    assert.equal(await client.serviceClient(greeter).greet("bob"), "mine");
    const named = rpc.opts({ input: serde.binary, output: serde.binary });
    const call = { service: "S", handler: "h", parameter: new Uint8Array(1) };
    assert.deepEqual(await client.call({ ...call, opts: named }), new TextEncoder().encode("theirs"));
    assert.equal(await client.call(call), "mine");
    assert.deepEqual(asked, ["x/y", "application/octet-stream", "x/y"]);
  });
});

describe("workflows", () => {
  it("are submitted, attached to, looked at, and talked to", async () => {
    const { client, requests } = ingress(200, accepted);
    const workflow = client.workflowClient(flow, "k");
    const submitted = await workflow.workflowSubmit({ id: "1" });
    assert.equal(submitted.attachable, true);
    const result: boolean = await workflow.workflowAttach();
    assert.ok(result);
    assert.equal((await workflow.workflowOutput()).ready, true);
    await workflow.approve(true);
    assert.deepEqual(requests, [
      'POST http://ingress/Flow/k/run/send a=b content-type=application/json {"id":"1"}',
      "GET http://ingress/restate/workflow/Flow/k/attach a=b",
      "GET http://ingress/restate/workflow/Flow/k/output a=b",
      "POST http://ingress/Flow/k/approve a=b content-type=application/json true",
    ]);
  });

  it("are not ready at first", async () => {
    const { client } = ingress(470, { message: "not ready" });
    const output = await client.workflowClient(flow, "k").workflowOutput();
    assert.equal(output.ready, false);
    assert.throws(() => output.result, /no result yet/);
  });
});

describe("awakeables", () => {
  it("are resolved and rejected", async () => {
    const { client, requests } = ingress(202, undefined);
    await client.resolveAwakeable("sign_1x", { a: 1 });
    await client.rejectAwakeable("sign_1x", "no");
    assert.deepEqual(requests, [
      'POST http://ingress/restate/awakeables/sign_1x/resolve a=b content-type=application/json {"a":1}',
      "POST http://ingress/restate/awakeables/sign_1x/reject a=b content-type=text/plain no",
    ]);
  });
});
