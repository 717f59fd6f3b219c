/** What the ingress answers is what the documents of services say. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  failure,
  handler,
  openTestIngress,
  type TestIngress,
  type TestService,
} from "../../ingress/ingress.test.kit.js";
import { fixtureSchema } from "../../protobuf/fixtures.test.kit.js";
import { HandlerKind } from "../../store/store.js";
import type { OpenApiDocument, ResponseObject } from "./document.js";
import { serviceDocument } from "./service-document.js";

const SHOP: TestService = {
  schema: {
    name: "Shop",
    type: "Service",
    revision: 1,
    metadata: {},
    handlers: [
      handler("echo", HandlerKind.Service, {
        output: {
          contentType: "application/json",
          setContentTypeIfEmpty: false,
          jsonSchema: { type: "object", required: ["a"] },
        },
      }),
      handler("fail", HandlerKind.Service),
      handler("wait", HandlerKind.Service),
    ],
  },
  handlers: {
    echo: (_text, _headers, bytes) => ({ kind: "value", value: bytes }),
    fail: () => failure(418, "no coffee"),
    wait: () => null,
  },
};

const GREETER: TestService = {
  schema: fixtureSchema("org.example.Greeter"),
  handlers: {
    Echo: (_text, _headers, bytes) => ({ kind: "value", value: bytes }),
    Fail: () => failure(404, "nobody"),
    // The messages of both sides have one text as their first field.
    Look: (_text, _headers, bytes) => ({ kind: "value", value: bytes }),
  },
};

let ingress: TestIngress;
before(async () => {
  ingress = await openTestIngress([SHOP, GREETER]);
});
after(() => ingress.close());

/** @param path with its parameters' values; `template` is the document's */
async function check(
  service: string,
  [method, template, path = template]: readonly [method: "get" | "post", template: string, path?: string],
  init: RequestInit,
  expected: number,
): Promise<void> {
  const resolved = ingress.registry.service(service);
  assert.ok(resolved);
  const document = serviceDocument(resolved, ingress.url);
  const { servers = [], paths, components } = document;
  const response = await fetch(`${servers[0]?.url}${path}`, { method: method.toUpperCase(), ...init });
  const body: unknown = await response.json();
  assert.equal(response.status, expected, JSON.stringify(body));
  const responses = paths[template]?.[method]?.responses ?? {};
  const entry = responses[response.status] ?? responses.default;
  assert.ok(entry, `${template} has nothing for ${response.status}`);
  const described: ResponseObject | undefined =
    "$ref" in entry ? components.responses?.[entry.$ref.split("/").at(-1) as string] : entry;
  for (const name of Object.keys(described?.headers ?? {}).filter((name) => name !== "idempotency-expires")) {
    assert.ok(response.headers.has(name), name);
  }
  const schema = described?.content?.[response.headers.get("content-type") ?? ""]?.schema;
  assert.ok(schema, `${template} has no schema for ${response.headers.get("content-type")}`);
  assertFits(document, schema as object, body);
}

function assertFits(document: OpenApiDocument, schema: object, body: unknown): void {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, components: document.components });
  assert.ok(validate(body), `${JSON.stringify(body)}: ${ajv.errorsText(validate.errors)}`);
}

const json = (value: unknown, more: Record<string, string> = {}): RequestInit => ({
  headers: { "content-type": "application/json", ...more },
  body: JSON.stringify(value),
});

test("calls, in both spellings", async () => {
  for (const path of ["/restate/call/Shop/echo", "/Shop/echo"]) {
    await check("Shop", ["post", path], json({ a: 1 }), 200);
  }
});

test("sends, accepted before or not, now or later", async () => {
  for (const path of ["/restate/send/Shop/echo", "/Shop/echo/send"]) {
    for (const query of ["", "", "?delay=1h"]) {
      const key = { "idempotency-key": `${path}${query}` };
      await check("Shop", ["post", path, `${path}${query}`], json({ a: 1 }, key), 202);
    }
  }
});

test("failures of handlers, and of requests", async () => {
  await check("Shop", ["post", "/restate/call/Shop/fail"], json({}), 418);
  const wrongType = { headers: { "content-type": "text/plain" }, body: "x" };
  await check("Shop", ["post", "/restate/call/Shop/echo"], wrongType, 400);
});

test("results by idempotency key: there, not yet, never", async () => {
  const of = (handlerName: string, action: "attach" | "output", key: string) => {
    const path = (value: string): string => `/restate/invocation/Shop/${handlerName}/${value}/${action}`;
    return ["get", path("{idempotencyKey}"), path(key)] as const;
  };
  await check("Shop", ["post", "/restate/call/Shop/echo"], json({ a: 2 }, { "idempotency-key": "k" }), 200);
  await check("Shop", of("echo", "attach", "k"), {}, 200);
  await check("Shop", of("echo", "output", "k"), {}, 200);
  await check("Shop", ["post", "/restate/send/Shop/wait"], json({}, { "idempotency-key": "w" }), 202);
  await check("Shop", of("wait", "output", "w"), {}, 470);
  await check("Shop", of("wait", "output", "unknown"), {}, 404);
});

test("methods of proto services, their failures, and requests that are none", async () => {
  const kinds = { big: "5", real: "NaN", colour: "RED", nested: {}, flags: { a: true } };
  await check("org.example.Greeter", ["post", "/org.example.Greeter/Echo"], json(kinds), 200);
  await check("org.example.Greeter", ["post", "/org.example.Greeter/Fail"], json({ name: "x" }), 404);
  const message = encodeURIComponent('{"name":"x"}');
  const look = "/org.example.Greeter/Look";
  await check(
    "org.example.Greeter",
    ["get", look, `${look}?encoding=json&message=${message}&connect=v1`],
    {},
    200,
  );
  await check("org.example.Greeter", ["post", "/org.example.Greeter/Fail"], json({ other: "x" }), 400);
});
