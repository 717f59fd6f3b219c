import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { HandlerManifest } from "@pawl/protocol";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parsePath, type Route } from "../../ingress/paths.js";
import { DESCRIPTORS_METADATA } from "../../protobuf/descriptor-set.js";
import { FIXTURE_BASE64, fixtureSchema } from "../../protobuf/fixtures.test.kit.js";
import { FakeEndpoint, manifest, service } from "../../registry/endpoint.test.kit.js";
import type { ServiceType } from "../../registry/schema.js";
import { AdminFixture } from "../admin.test.kit.js";
import type { OpenApiDocument, OperationObject } from "./document.js";

const json = { contentType: "application/json" };
const orderSchema = {
  type: "object",
  properties: { items: { type: "array", items: { $ref: "#/$defs/Item" } }, parent: { $ref: "#" } },
  required: ["items"],
  $defs: { Item: { type: "string" } },
};

const SERVICES = [
  service(
    "Shop",
    [
      {
        name: "order",
        documentation: "Orders things",
        input: { ...json, required: true, jsonSchema: orderSchema },
        output: { ...json, jsonSchema: { type: "string", title: "OrderId" } },
      },
      // The name that is made for sending an order.
      { name: "orderSend", input: json },
      { name: "upload", input: { contentType: "image/*", required: true }, output: {} },
      { name: "ping", input: {} },
      { name: "anything" },
      { name: "hidden", ingressPrivate: true, input: { ...json, jsonSchema: {} } },
    ],
    { documentation: "Sells things", metadata: { team: "a" } },
  ),
  service("Counter", [{ name: "add", ty: "EXCLUSIVE" }, get("SHARED")], { ty: "VIRTUAL_OBJECT" }),
  service("SignUp", [{ name: "run", ty: "WORKFLOW" }, get("SHARED")], { ty: "WORKFLOW" }),
  proto("org.example.Greeter"),
  proto("org.example.Counter"),
];

function get(ty: "SHARED"): HandlerManifest {
  return { name: "get", ty };
}

function proto(name: string) {
  const { type, handlers } = fixtureSchema(name);
  return service(
    name,
    handlers.map((handler) => ({ name: handler.name })),
    {
      ty: type === "Service" ? "SERVICE" : "VIRTUAL_OBJECT",
      metadata: { [DESCRIPTORS_METADATA]: FIXTURE_BASE64, owner: "b" },
    },
  );
}

let endpoints: FakeEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  endpoints = [];
});

async function documentsOf(...names: string[]): Promise<OpenApiDocument[]> {
  const admin = new AdminFixture();
  const endpoint = await FakeEndpoint.start("h2c", { body: manifest(SERVICES) });
  endpoints.push(endpoint);
  assert.equal((await admin.request("POST", "/deployments", { uri: endpoint.uri })).status, 201);
  return await Promise.all(
    names.map(
      async (name) => (await admin.request("GET", `/services/${name}/openapi`)).body as OpenApiDocument,
    ),
  );
}

async function documentOf(name: string): Promise<OpenApiDocument> {
  const [document] = await documentsOf(name);
  return document as OpenApiDocument;
}

function operations(document: OpenApiDocument): [string, OperationObject][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, OperationObject] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

const NAMES = SERVICES.map(({ name }) => name);

test("documents are valid OpenAPI 3.1, their references lead somewhere, and their operations have names", async () => {
  for (const document of await documentsOf(...NAMES)) {
    const { title } = document.info;
    const result = await new Validator().validate(
      structuredClone(document) as object as Record<string, unknown>,
    );
    assert.deepEqual([title, result.valid, result.errors ?? []], [title, true, []]);
    for (const [, reference = ""] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)) {
      assert.ok(at(document, reference), `${title}: ${reference}`);
    }
    const ids = operations(document).map(([, { operationId }]) => operationId);
    assert.deepEqual([...new Set(ids)], ids);
  }
});

function at(document: unknown, pointer: string): unknown {
  const steps = pointer.split("/").slice(1);
  return steps.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | undefined)?.[step],
    document,
  );
}

test("the ingress understands every path, and as what the document says", async () => {
  const types: Record<string, ServiceType> = {
    Shop: "Service",
    Counter: "VirtualObject",
    SignUp: "Workflow",
  };
  const routeOf = (path: string): Route =>
    parsePath(
      path.replaceAll(/\{\w+\}/g, "x"),
      (name) => types[name],
      (name) => (name.startsWith("org.") ? "rpc" : "plain"),
    );
  const kinds: Record<string, (route: Route) => boolean> = {
    "Request Response": (route) => route.kind === "invoke" && route.mode === "call",
    Send: (route) => route.kind === "invoke" && route.mode === "send",
    Attach: (route) => route.kind === "attach",
    "Get Output": (route) => route.kind === "output",
    Methods: (route) => route.kind === "rpc",
  };
  for (const document of await documentsOf(...NAMES)) {
    for (const [name, { tags, operationId }] of operations(document)) {
      const route = routeOf(name.replace(/^\w+ /, ""));
      assert.ok(kinds[tags[0] as string]?.(route), `${name} (${operationId}) is ${JSON.stringify(route)}`);
    }
  }
});

test("a service: calls, sends and results, without its private handlers", async () => {
  const document = await documentOf("Shop");
  assert.deepEqual(document.info, {
    title: "Shop",
    version: "1",
    description: "Sells things",
    "x-restate-extensions": { team: "a" },
  });
  assert.deepEqual(document.servers?.[0]?.url, "http://127.0.0.1:8080");
  assert.deepEqual(
    Object.keys(document.paths).filter((path) => path.endsWith("order") || path.includes("/order/")),
    [
      "/restate/call/Shop/order",
      "/restate/send/Shop/order",
      "/Shop/order",
      "/Shop/order/send",
      "/restate/invocation/Shop/order/{idempotencyKey}/attach",
      "/restate/invocation/Shop/order/{idempotencyKey}/output",
    ],
  );
  assert.doesNotMatch(JSON.stringify(document), /hidden/);
  const call = document.paths["/restate/call/Shop/order"]?.post;
  assert.equal(call?.operationId, "order");
  assert.equal(call.description, "Orders things");
  assert.deepEqual(call.parameters, [{ $ref: "#/components/parameters/idempotencyKeyHeader" }]);
  assert.equal(document.paths["/restate/call/Shop/orderSend"]?.post?.operationId, "orderSend");
  assert.equal(document.paths["/restate/send/Shop/order"]?.post?.operationId, "orderSend_");
});

test("bodies are what the manifest says that they are", async () => {
  const document = await documentOf("Shop");
  const call = (handler: string): OperationObject =>
    document.paths[`/restate/call/Shop/${handler}`]?.post as OperationObject;
  const result = (handler: string) => {
    const success = call(handler).responses[200];
    return success !== undefined && "content" in success ? success.content : undefined;
  };
  assert.deepEqual(call("order").requestBody, {
    required: true,
    content: { "application/json": { schema: { $ref: "#/components/schemas/orderRequest" } } },
  });
  assert.deepEqual(result("order"), {
    "application/json": { schema: { $ref: "#/components/schemas/orderResponse" } },
  });
  assert.deepEqual(call("upload").requestBody, { required: true, content: { "image/*": {} } });
  assert.equal(result("upload"), undefined);
  assert.equal(call("ping").requestBody, undefined);
  assert.deepEqual(result("ping"), { "application/json": {} });
  assert.deepEqual(call("anything").requestBody, { required: false, content: { "*/*": {} } });
});

test("a handler's JSON Schema works where it stands in the document", async () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema((await documentOf("Shop")) as object, "shop");
  const validate = ajv.getSchema("shop#/components/schemas/orderRequest");
  assert.equal(validate?.({ items: ["a"], parent: { items: [] } }), true);
  assert.equal(validate?.({ items: [1] }), false);
  assert.equal(validate?.({ items: [], parent: {} }), false);
});

test("keys are in the paths of objects and workflows; a run is found by its key", async () => {
  const [counter, signUp] = (await documentsOf("Counter", "SignUp")) as [OpenApiDocument, OpenApiDocument];
  assert.deepEqual(Object.keys(counter.paths).slice(0, 6), [
    "/restate/call/Counter/{key}/add",
    "/restate/send/Counter/{key}/add",
    "/Counter/{key}/add",
    "/Counter/{key}/add/send",
    "/restate/invocation/Counter/{key}/add/{idempotencyKey}/attach",
    "/restate/invocation/Counter/{key}/add/{idempotencyKey}/output",
  ]);
  assert.deepEqual(Object.keys(signUp.paths).slice(0, 6), [
    "/restate/call/SignUp/{key}/run",
    "/restate/send/SignUp/{key}/run",
    "/SignUp/{key}/run",
    "/SignUp/{key}/run/send",
    "/restate/workflow/SignUp/{key}/attach",
    "/restate/workflow/SignUp/{key}/output",
  ]);
  const run = signUp.paths["/restate/send/SignUp/{key}/run"]?.post;
  assert.deepEqual(run?.parameters, [
    { $ref: "#/components/parameters/key" },
    { $ref: "#/components/parameters/delay" },
  ]);
  const output = signUp.paths["/restate/workflow/SignUp/{key}/output"]?.get;
  assert.deepEqual(Object.keys(output?.responses ?? {}), ["200", "404", "470", "default"]);
});

test("a proto service: its methods in Connect's JSON, with schemas from its descriptors", async () => {
  const [greeter, counter] = (await documentsOf("org.example.Greeter", "org.example.Counter")) as [
    OpenApiDocument,
    OpenApiDocument,
  ];
  assert.deepEqual(greeter.info["x-restate-extensions"], { owner: "b" });
  assert.deepEqual(Object.keys(greeter.paths["/org.example.Greeter/Look"] ?? {}), ["get", "post"]);
  assert.deepEqual(Object.keys(greeter.paths["/org.example.Greeter/Greet"] ?? {}), ["post"]);
  assert.deepEqual(greeter.paths["/org.example.Greeter/Greet"]?.post?.requestBody, {
    required: true,
    content: { "application/json": { schema: { $ref: "#/components/schemas/org.example.GreetRequest" } } },
  });
  assert.equal(
    counter.paths["/org.example.Counter/Add"]?.post?.description,
    "The key is the field `counter`.",
  );
  assert.deepEqual(counter.components.schemas["org.example.AddRequest"], {
    type: "object",
    title: "AddRequest",
    properties: {
      counter: { type: "string" },
      value: { type: "string", format: "int64", pattern: "^-?[0-9]+$" },
    },
    additionalProperties: false,
  });
});

test("an unknown service has no document", async () => {
  const refusal = await new AdminFixture().refusal("GET", "/services/Nobody/openapi");
  assert.match(refusal, /^404 null .*'Nobody' does not exist/);
});
