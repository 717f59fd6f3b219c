import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { formatAwakeableId, parseInvocationId } from "@pawl/protocol";
import { HandlerKind } from "../store/store.js";
import {
  failure,
  handler,
  openTestIngress,
  type TestIngress,
  type TestService,
  value,
} from "./ingress.test.kit.js";

const base = { revision: 1, metadata: {} };

const services: TestService[] = [
  {
    schema: {
      ...base,
      name: "Greeter",
      type: "Service",
      handlers: [
        handler("greet", HandlerKind.Service),
        handler("fail", HandlerKind.Service),
        handler("headers", HandlerKind.Service),
        handler("empty", HandlerKind.Service),
        handler("wait", HandlerKind.Service),
        handler("hidden", HandlerKind.Service, { isPublic: false }),
        handler("binary", HandlerKind.Service, {
          input: { contentType: "*/*", isRequired: false, jsonSchema: null },
          output: { contentType: "application/octet-stream", setContentTypeIfEmpty: true, jsonSchema: null },
        }),
      ],
    },
    handlers: {
      greet: (input) => value(`"Hello ${JSON.parse(input)}"`),
      fail: () => failure(418, "I am a teapot"),
      headers: (_input, headers) => value(JSON.stringify(headers)),
      empty: () => value(""),
      wait: () => null,
      hidden: () => value(""),
      binary: (input) => value(input),
    },
  },
  {
    schema: {
      ...base,
      name: "Flow",
      type: "Workflow",
      handlers: [handler("run", HandlerKind.WorkflowRun)],
    },
    handlers: { run: () => value('"done"') },
  },
];

let ingress: TestIngress;
before(async () => {
  ingress = await openTestIngress(services);
});
after(() => ingress.close());

function post(path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${ingress.url}${path}`, {
    method: "POST",
    headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

test("a call answers with the handler's output, its content type and the invocation's id", async () => {
  const response = await post("/Greeter/greet", '"Pete"');
  assert.equal(response.status, 200);
  assert.equal(await response.text(), '"Hello Pete"');
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.match(response.headers.get("x-restate-id") ?? "", /^inv_1[0-9A-Za-z]{33}$/);
});

test("a terminal failure answers with its own code, message and metadata", async () => {
  const response = await post("/Greeter/fail", "1");
  assert.equal(response.status, 418);
  assert.equal(response.headers.get("x-restate-error-source"), "invocation");
  assert.match(response.headers.get("x-restate-id") ?? "", /^inv_1/);
  assert.deepEqual(await response.json(), {
    code: 418,
    message: "I am a teapot",
    source: "invocation",
    metadata: { why: "test" },
  });
});

test("request headers reach the handler, those of the connection and the ingress do not", async () => {
  const response = await post("/Greeter/headers", "1", { "x-mine": "yes", "idempotency-key": "h1" });
  const headers = (await response.json()) as Record<string, string>;
  assert.equal(headers["x-mine"], "yes");
  assert.equal(headers["x-restate-ingress-path"], "/Greeter/headers");
  for (const own of ["host", "connection", "idempotency-key"]) assert.equal(headers[own], undefined, own);
});

test("an empty output has an empty body and no content type, unless the handler sets one", async () => {
  const empty = await post("/Greeter/empty", "1");
  assert.equal(empty.headers.get("content-type"), null);
  assert.equal(await empty.text(), "");
  const binary = await post("/Greeter/binary");
  assert.equal(binary.headers.get("content-type"), "application/octet-stream");
});

test("a send is accepted at once, and once per idempotency key", async () => {
  const headers = { "idempotency-key": "send-1" };
  const first = await post("/Greeter/greet/send", '"Pete"', headers);
  assert.equal(first.status, 202);
  const accepted = (await first.json()) as { invocationId: string; status: string };
  assert.equal(accepted.status, "Accepted");
  const again = (await (await post("/Greeter/greet/send", '"Pete"', headers)).json()) as typeof accepted;
  assert.deepEqual(again, { ...accepted, status: "PreviouslyAccepted" });
});

test("a delayed send says when it is due", async () => {
  const response = await post("/Greeter/greet/send?delay=1h", '"Pete"');
  const { executionTime, invocationId } = (await response.json()) as {
    executionTime: string;
    invocationId: string;
  };
  assert.ok(Date.parse(executionTime) > Date.now() + 3_500_000);
  const output = await fetch(`${ingress.url}/restate/invocation/${invocationId}/output`);
  assert.equal(output.status, 470);
});

test("calls with one idempotency key run once; later answers say until when they are kept", async () => {
  const before = ingress.calls.get("Greeter/greet") ?? 0;
  const first = await post("/Greeter/greet", '"Once"', { "idempotency-key": "once" });
  assert.equal(first.headers.get("idempotency-expires"), null);
  const second = await post("/Greeter/greet", '"Once"', { "idempotency-key": "once" });
  assert.equal(await second.text(), '"Hello Once"');
  assert.ok(Date.parse(second.headers.get("idempotency-expires") ?? "") > Date.now());
  assert.equal(ingress.calls.get("Greeter/greet"), before + 1);
  const attached = await fetch(`${ingress.url}/restate/invocation/Greeter/greet/once/attach`);
  assert.equal(await attached.text(), '"Hello Once"');
});

test("the request may say how long its answer is kept; otherwise the handler does", async () => {
  const keptForS = async (key: string, headers: Record<string, string>) => {
    const call = () => post("/Greeter/greet", '"Kept"', { "idempotency-key": key, ...headers });
    await (await call()).text();
    return (Date.parse((await call()).headers.get("idempotency-expires") ?? "") - Date.now()) / 1_000;
  };
  const day = await keptForS("kept-default", {});
  assert.ok(day > 86_000 && day <= 86_400, String(day));
  const minute = await keptForS("kept-minute", { "idempotency-retention-period": "60" });
  assert.ok(minute > 50 && minute <= 60, String(minute));
});

test("a workflow runs once per key: a second call is refused, a second send is told so", async () => {
  assert.equal((await post("/Flow/k/run", "1")).status, 200);
  const second = await post("/Flow/k/run", "1");
  assert.equal(second.status, 409);
  assert.equal(((await second.json()) as { source: string }).source, "invocation");
  const sent = (await (await post("/Flow/k/run/send", "1")).json()) as { status: string };
  assert.equal(sent.status, "PreviouslyAccepted");
  const output = await fetch(`${ingress.url}/restate/workflow/Flow/k/output`);
  assert.equal(await output.text(), '"done"');
  assert.equal((await post("/Flow/k2/run", "1", { "idempotency-key": "x" })).status, 400);
});

for (const [action, body, status, text] of [
  ["resolve", '"awake"', 200, '"awake"'],
  ["reject", "no way", 500, undefined],
] as const) {
  test(`an awakeable is ${action === "resolve" ? "resolved" : "rejected"} from outside`, async () => {
    const sent = await post("/Greeter/wait/send", "1");
    const { invocationId } = (await sent.json()) as { invocationId: string };
    const id = formatAwakeableId(parseInvocationId(invocationId), 17);
    assert.equal((await post(`/restate/awakeables/${id}/${action}`, body)).status, 202);
    const outcome = await fetch(`${ingress.url}/restate/invocation/${invocationId}/attach`);
    assert.equal(outcome.status, status);
    const answer = await outcome.text();
    if (text === undefined) assert.match(answer, /no way/);
    else assert.equal(answer, text);
  });
}

test("an awakeable of an invocation with a full journal is refused", async () => {
  const full = await openTestIngress(services, {}, { journalLength: 1 });
  const send = (path: string, body: unknown): Promise<Response> =>
    fetch(full.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  try {
    const { invocationId } = (await (await send("/Greeter/wait/send", 1)).json()) as { invocationId: string };
    // It waits for another one.
    const id = formatAwakeableId(parseInvocationId(invocationId), 18);
    const refused = await send(`/restate/awakeables/${id}/resolve`, 1);
    assert.equal(refused.status, 413);
    const reason = /1 is the limit \(worker\.journal-length-limit\): raise the limit and try again/;
    assert.match(await refused.text(), reason);
    const overConnect = await send("/dev.restate.Awakeables/Reject", { id, reason: "no" });
    assert.equal(overConnect.status, 429);
    const error = (await overConnect.json()) as { code: string; message: string };
    assert.equal(error.code, "resource_exhausted");
    assert.match(error.message, reason);
  } finally {
    await full.close();
  }
});

test("the same target in a body: lookup computes the id, attach answers", async () => {
  const target = {
    target: "idempotentInvocation",
    service: "Greeter",
    handler: "greet",
    idempotencyKey: "body",
  };
  const call = await post("/Greeter/greet", '"B"', { "idempotency-key": "body" });
  const lookup = await post("/restate/lookup", JSON.stringify(target));
  assert.deepEqual(await lookup.json(), { invocationId: call.headers.get("x-restate-id") });
  assert.equal(await (await post("/restate/attach", JSON.stringify(target))).text(), '"Hello B"');
});

const unknownId = `inv_1${"0".repeat(33)}`;
const wrong: readonly (readonly [what: string, request: () => Promise<Response>, status: number])[] = [
  ["an unknown service", () => post("/Nobody/greet", "1"), 404],
  ["an unknown handler", () => post("/Greeter/nope", "1"), 404],
  ["an unknown route", () => post("/restate/what/ever", "1"), 404],
  ["a path that names nothing", () => post("/Greeter", "1"), 400],
  ["a private handler", () => post("/Greeter/hidden", "1"), 400],
  ["a message to a private handler", () => post("/Greeter/hidden/send", "1"), 400],
  ["a delayed message to a private handler", () => post("/Greeter/hidden/send?delay=1s", "1"), 400],
  ["a private handler by its long path", () => post("/restate/call/Greeter/hidden", "1"), 400],
  ["a message to it by its long path", () => post("/restate/send/Greeter/hidden", "1"), 400],
  ["a wrong method", () => fetch(`${ingress.url}/Greeter/greet`, { method: "DELETE" }), 405],
  ["a wrong content type", () => post("/Greeter/greet", "x", { "content-type": "text/plain" }), 400],
  ["a delay on a call", () => post("/Greeter/greet?delay=1s", "1"), 400],
  ["a delay that is none", () => post("/Greeter/greet/send?delay=soon", "1"), 400],
  ["an empty idempotency key", () => post("/Greeter/greet", "1", { "idempotency-key": "" }), 400],
  [
    "a retention that is none",
    () => post("/Greeter/greet", "1", { "idempotency-key": "k", "idempotency-retention-period": "1h" }),
    400,
  ],
  ["a limit key", () => post("/Greeter/greet", "1", { "x-restate-limit-key": "a" }), 400],
  ["a limit key in the query", () => post("/Greeter/greet/send?limit-key=a", "1"), 400],
  [
    "a limit key for an unknown service",
    () => post("/Nobody/greet", "1", { "x-restate-limit-key": "a" }),
    404,
  ],
  ["a scope", () => post("/restate/scope/s/call/Greeter/greet", "1"), 400],
  [
    "a target in a scope",
    () =>
      post("/restate/attach", '{"target":"workflow","workflowName":"Flow","workflowKey":"k","scope":"s"}'),
    400,
  ],
  ["a body that is too large", () => post("/Greeter/greet", `"${"x".repeat(2_000)}"`), 413],
  ["a bad invocation id", () => fetch(`${ingress.url}/restate/invocation/inv_x/attach`), 400],
  ["a bad awakeable id", () => post("/restate/awakeables/nope/resolve", "1"), 400],
  ["an unknown invocation", () => fetch(`${ingress.url}/restate/invocation/${unknownId}/output`), 404],
  ["a target that is no JSON", () => post("/restate/attach", "{"), 400],
];

for (const [what, request, status] of wrong) {
  test(`${what} is answered with ${status} and a reason`, async () => {
    const response = await request();
    assert.equal(response.status, status);
    assert.equal(response.headers.get("x-restate-error-source"), "ingress");
    const body = (await response.json()) as { code: number; message: string; source: string };
    assert.equal(body.code, status);
    assert.equal(body.source, "ingress");
    assert.ok(body.message.length > 10);
  });
}

test("a path of the wrong shape is answered with the right one", async () => {
  const answer = (await (await post("/Greeter/key/greet", "1")).json()) as { message: string };
  assert.equal(
    answer.message,
    "there is nothing at /Greeter/key/greet: Greeter is a Service, called at /Greeter/{handler} or /Greeter/{handler}/send",
  );
});

test("an empty limit key counts as none", async () => {
  assert.equal(
    (await post("/Greeter/greet?limit-key=", '"Pete"', { "x-restate-limit-key": "" })).status,
    200,
  );
});

test("a browser of any origin may call", async () => {
  const preflight = await fetch(`${ingress.url}/Greeter/greet`, {
    method: "OPTIONS",
    headers: {
      origin: "https://example.org",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "https://example.org");
  assert.equal(preflight.headers.get("access-control-allow-methods"), "POST");
  assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type");
  const call = await post("/Greeter/greet", '"Pete"', { origin: "https://example.org" });
  assert.equal(call.headers.get("access-control-allow-origin"), "https://example.org");
});

test("more requests than allowed at a time are refused with 429", async () => {
  const small = await openTestIngress(services, { concurrentRequestsLimit: 1 });
  const headers = { "content-type": "application/json" };
  const waiting = fetch(`${small.url}/Greeter/wait`, { method: "POST", headers, body: "1" }).catch(() => {});
  const refused = async () =>
    (await fetch(`${small.url}/Greeter/greet`, { method: "POST", headers, body: '"x"' })).status;
  while ((small.calls.get("Greeter/wait") ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await refused(), 429);
  await small.close();
  await waiting;
});

test("health names the services", async () => {
  const response = await fetch(`${ingress.url}/restate/health`);
  assert.deepEqual(await response.json(), { services: ["Flow", "Greeter"] });
});
