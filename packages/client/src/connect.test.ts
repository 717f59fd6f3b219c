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
import { connect, HttpCallError, rpc } from "./index.js";

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
    const headers = Object.entries(init.headers as Record<string, string>).map(([k, v]) => `${k}=${v}`);
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
      'POST http://ingress/Greeter/greet content-type=application/json a=b "bob"',
      "POST http://ingress/Counter/a%2Fb/add content-type=application/json idempotency-key=i a=b h=v 1",
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
    assert.deepEqual(requests, ["POST http://ingress/S/h content-type=application/octet-stream a=b x"]);
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
    const result: string = await client.result(sent);
    assert.deepEqual(result as unknown, accepted);
    assert.deepEqual(requests, [
      'POST http://ingress/Greeter/greet/send?delay=2000ms content-type=application/json a=b "bob"',
      "POST http://ingress/Counter/k/add/send content-type=application/json idempotency-key=i a=b 1",
      "GET http://ingress/restate/invocation/inv_1x/attach a=b",
    ]);
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
      'POST http://ingress/Flow/k/run/send content-type=application/json a=b {"id":"1"}',
      "GET http://ingress/restate/workflow/Flow/k/attach a=b",
      "GET http://ingress/restate/workflow/Flow/k/output a=b",
      "POST http://ingress/Flow/k/approve content-type=application/json a=b true",
    ]);
  });

  it("are not ready at first", async () => {
    const { client } = ingress(470, { message: "not ready" });
    assert.deepEqual(await client.workflowClient(flow, "k").workflowOutput(), { ready: false });
  });
});

describe("awakeables", () => {
  it("are resolved and rejected", async () => {
    const { client, requests } = ingress(202, undefined);
    await client.resolveAwakeable("sign_1x", { a: 1 });
    await client.rejectAwakeable("sign_1x", "no");
    assert.deepEqual(requests, [
      'POST http://ingress/restate/awakeables/sign_1x/resolve content-type=application/json a=b {"a":1}',
      "POST http://ingress/restate/awakeables/sign_1x/reject content-type=text/plain a=b no",
    ]);
  });
});
