/** Routers, called as the documents of 2023 do: `{"key", "request"}`, answered with `{"response"}`. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  ServerReflection,
  ServerReflectionRequestSchema,
} from "../../protobuf/gen/grpc/reflection/v1/reflection_pb.js";
import { routerContract } from "../../protobuf/router.js";
import type { ServiceSchema } from "../../registry/schema.js";
import type { TestIngress } from "../ingress.test.kit.js";
import { openClients } from "./clients.test.kit.js";
import { keyedInputs, openRouterIngress } from "./routers.test.kit.js";

let ingress: TestIngress;
before(async () => {
  ingress = await openRouterIngress();
});
after(() => ingress.close());

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${ingress.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Body of a request to a route, then the whole body of its answer. */
const answers: readonly (readonly [path: string, body: unknown, answer: string])[] = [
  ["/myservice/hello", { request: "Pete" }, '{"response":"Hello Pete"}'],
  ["/greeter-service/greet", { key: "John Doe", request: { age: 55 } }, '{"response":"Hello of 55 years"}'],
  ["/greeter-service/greet", { key: "John Doe" }, '{"response":"Hello of no years"}'],
  ["/myservice/nothing", {}, "{}"],
  ["/myservice/nothing", { request: null }, "{}"],
  ["/myservice/echo", { request: null }, '{"response":null}'],
  ["/myservice/echo", { request: { a: [1.5, "x", { b: null }] } }, '{"response":{"a":[1.5,"x",{"b":null}]}}'],
  ["/greeter-service/seen", { key: "k", payload: "AAEC", attributes: { a: "b" } }, "{}"],
];
for (const [path, body, answer] of answers) {
  test(`${path} ${JSON.stringify(body)} is answered with ${answer}`, async () => {
    const { status, text, headers } = await post(path, body);
    assert.deepEqual([status, text], [200, answer]);
    assert.equal(headers.get("content-type"), "application/json");
  });
}

/** What is wrong, in the words and statuses of Connect. */
const refusals: readonly (readonly [path: string, body: unknown, status: number, message: RegExp])[] = [
  ["/greeter-service/greet", { request: {} }, 400, /missing or empty "key"/],
  ["/greeter-service/greet", { key: "", request: {} }, 400, /missing or empty "key"/],
  ["/greeter-service/greet", { key: 1 }, 400, /key/],
  ["/greeter-service/greet", { key: "k", requst: 1 }, 400, /"requst" is unknown/],
  ["/greeter-service/greet", "{", 400, /not JSON/],
  ["/greeter-service/nope", { key: "k" }, 404, /^Service method 'greeter-service\/nope' not found/],
  ["/myservice/hello", { key: "k", request: 1 }, 400, /has no keys.*send it as part of "request"/],
  ["/myservice/hello", { key: "k" }, 400, /has no keys/],
  ["/myservice/hello", { request: 1, name: "x" }, 400, /"name" is unknown/],
  ["/myservice/fail", { request: 1 }, 404, /^gone$/],
  ["/myservice/broken", { request: 1 }, 500, /output cannot be an answer: not JSON/],
];
for (const [path, body, status, message] of refusals) {
  test(`${path} ${JSON.stringify(body)} is refused with ${status} and ${message}`, async () => {
    const answer = await post(path, body);
    assert.equal(answer.status, status);
    const error = JSON.parse(answer.text) as { code: string; message: string };
    assert.deepEqual(Object.keys(error), ["code", "message"]);
    assert.match(error.message, message);
  });
}

test("today's paths and bodies of routers work as those of all services", async () => {
  assert.equal((await post("/myservice/hello", '"Pete"')).text, '"Hello Pete"');
  assert.equal((await post("/myservice/echo", { key: "k", value: 1 })).text, '{"key":"k","value":1}');
  assert.equal((await post("/restate/call/myservice/echo", { request: 1 })).text, '{"request":1}');
  assert.equal((await post("/greeter-service/k/greet", { age: 5 })).text, '"Hello of 5 years"');
  assert.equal((await post("/myservice/hello/send", { request: "Pete" })).status, 202);
  const failed = await post("/myservice/fail", "1");
  assert.deepEqual((JSON.parse(failed.text) as { source: string }).source, "invocation");
  const get = await fetch(`${ingress.url}/myservice/nothing`);
  assert.deepEqual([get.status, await get.text()], [200, ""]);
});

test("an event handler gets payload and attributes", async () => {
  await post("/greeter-service/seen", {
    key: "k",
    payload: btoa("hello"),
    attributes: { "kafka.offset": "7" },
  });
  const { input, headers } = keyedInputs.at(-1) ?? {};
  assert.equal(input, "hello");
  assert.equal(headers?.["kafka.offset"], "7");
});

test("one idempotency key is one execution, kept for 30 minutes", async () => {
  const headers = { "idempotency-key": "router" };
  const call = () => post("/myservice/hello", { request: "Once" }, headers);
  const [first, second] = [await call(), await call()];
  assert.equal(second.headers.get("x-restate-id"), first.headers.get("x-restate-id"));
  const keptForMs = Date.parse(second.headers.get("idempotency-expires") ?? "") - Date.now();
  assert.ok(Math.abs(keptForMs - 30 * 60_000) < 20_000, String(keptForMs));
});

test("Ingress/Invoke takes what the route takes, or what its handler does", async () => {
  const invoked = async (fields: object) => {
    const { text } = await post("/dev.restate.Ingress/Invoke", fields);
    const { id } = JSON.parse(text) as { id: string };
    return (await fetch(`${ingress.url}/restate/invocation/${id}/attach`)).text();
  };
  const keyed = { service: "greeter-service", method: "greet" };
  assert.equal(
    await invoked({ ...keyed, argument: { key: "k", request: { age: 3 } } }),
    '"Hello of 3 years"',
  );
  assert.equal(await invoked({ ...keyed, key: "k", argument: { age: 4 } }), '"Hello of 4 years"');
  const unkeyed = { service: "myservice", method: "echo" };
  assert.equal(await invoked({ ...unkeyed, argument: { request: 1 } }), "1");
  assert.equal(await invoked({ ...unkeyed, argument: { name: "x" } }), '{"name":"x"}');
});

test("routes are methods over every protocol", async (t) => {
  const schemas = ingress.registry.services().map(({ schema }) => schema);
  const contract = routerContract(schemas.find(({ name }) => name === "myservice") as ServiceSchema);
  assert.ok(contract);
  for (const client of openClients(ingress.url)) {
    await t.test(client.name, async () => {
      const request = { request: { kind: { case: "stringValue", value: "Pete" } } };
      const { answer } = await client.call(contract.service, "hello", request);
      const { response } = create(contract.service.methods[0]?.output as never, answer as never) as {
        response?: { kind: unknown };
      };
      assert.deepEqual(response?.kind, { case: "stringValue", value: "Hello Pete" });
    });
    client.close();
  }
});

test("reflection shows routers whose names descriptors can have", async () => {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: ingress.url }));
  const requests = [
    { case: "listServices", value: "" } as const,
    { case: "fileContainingSymbol", value: "myservice.hello" } as const,
  ].map((messageRequest) => create(ServerReflectionRequestSchema, { messageRequest }));
  const answers = [];
  for await (const { messageResponse } of client.serverReflectionInfo(toStream(requests))) {
    answers.push(messageResponse);
  }
  const [list, files] = answers;
  assert.ok(list?.case === "listServicesResponse" && files?.case === "fileDescriptorResponse");
  const names = list.value.service.map(({ name }) => name);
  assert.deepEqual([names.includes("myservice"), names.some((name) => /greeter/.test(name))], [true, false]);
  // The file itself comes first, its imports after it.
  const registry = createFileRegistry(
    create(FileDescriptorSetSchema, {
      file: files.value.fileDescriptorProto
        .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
        .reverse(),
    }),
  );
  assert.equal(registry.getService("myservice")?.method.hello?.input.typeName, "dev.pawl.RpcRequest");
});

async function* toStream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

test("a service is a router only if its kind fits", () => {
  const schema = { name: "r", type: "Service", metadata: {}, handlers: [], revision: 1 } as const;
  assert.equal(routerContract(schema), undefined);
  assert.equal(routerContract({ ...schema, metadata: { "dev.pawl.router": "keyed" } }), undefined);
  assert.ok(routerContract({ ...schema, metadata: { "dev.pawl.router": "unkeyed" } }));
});
