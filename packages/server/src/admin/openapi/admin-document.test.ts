import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { AdminFixture, FakeRuntime } from "../admin.test.kit.js";
import { createAdminApp } from "../app.js";
import { adminDocument } from "./admin-document.js";

function routes(): string[] {
  const app = createAdminApp({
    runtime: new FakeRuntime(),
    discover: () => Promise.reject(new Error("not asked")),
    convertPreview: () => Promise.reject(new Error("not asked")),
    clusterName: "test",
    ingressEndpoint: null,
    identityKey: null,
    expose: () => "",
    introspection: null,
    backups: { backup: () => Promise.reject(new Error("not asked")) },
    log: () => {},
  });
  // ALL: what is answered with 405, 501 or a 400 for /v1.
  return app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{.+?\})?/g, "{$1}")}`);
}

const documented = Object.entries(adminDocument().paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

test("the document has the routes of the newest version, no fewer and no more", () => {
  const unversioned = routes().filter((route) => !/ \/v\d\//.test(route));
  assert.deepEqual(unversioned.sort(), documented.toSorted());
});

test("older versions have the same routes but for metrics, and PUT once did what PATCH does", () => {
  for (const version of ["v2", "v3", "v4"]) {
    const put = version === "v2" ? ["PUT /deployments/{deployment}", "PUT /endpoints/{deployment}"] : [];
    const versioned = routes()
      .filter((route) => route.includes(` /${version}/`))
      .map((route) => route.replace(`/${version}`, ""));
    const expected = documented.filter((route) => route !== "GET /metrics");
    assert.deepEqual(versioned.sort(), [...expected, ...put].sort(), version);
  }
});

test("it is valid OpenAPI 3.1, and its operations have names of their own", async () => {
  const { body } = await new AdminFixture().request("GET", "/openapi");
  const result = await new Validator().validate(structuredClone(body) as Record<string, unknown>);
  assert.deepEqual(result.errors ?? [], []);
  assert.ok(result.valid);
  assert.deepEqual(body, JSON.parse(JSON.stringify(adminDocument())));
  const ids = Object.values(adminDocument().paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  assert.equal(new Set(ids).size, ids.length);
});

test("what checks a request is what the document shows of it", () => {
  const { schemas } = adminDocument().components;
  const state = schemas.ModifyServiceStateRequest as {
    readonly required: readonly string[];
    readonly properties: Readonly<Record<string, unknown>>;
  };
  assert.deepEqual(state.required, ["object_key", "new_state"]);
  assert.deepEqual(state.properties.version, {
    type: ["string", "null"],
    description: "Of the state that the new one was made from",
  });
  const parameters = adminDocument().paths["/invocations/{invocation_id}/restart-as-new"]?.patch?.parameters;
  assert.deepEqual(
    parameters?.map((parameter) => "name" in parameter && `${parameter.in} ${parameter.name}`),
    ["path invocation_id", "query from", "query deployment"],
  );
});

test("every reference in the document leads somewhere", () => {
  const document = JSON.parse(JSON.stringify(adminDocument())) as Record<string, unknown>;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, ref]) => ref as string,
  );
  assert.ok(references.length > 50);
  for (const reference of references) {
    const target = reference
      .slice(2)
      .split("/")
      .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
    assert.ok(target, reference);
  }
});
