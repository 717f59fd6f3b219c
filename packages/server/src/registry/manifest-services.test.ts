import assert from "node:assert/strict";
import { test } from "node:test";
import type { HandlerManifest, ServiceManifest } from "@pawl/protocol";
import { HandlerKind } from "../store/store.js";
import { manifest, service } from "./endpoint.test.kit.js";
import { RegistryError } from "./errors.js";
import { toServices } from "./manifest-services.js";

function only(...services: ServiceManifest[]) {
  const [first] = toServices(manifest(services));
  assert.ok(first !== undefined);
  return first;
}

function refusal(...services: ServiceManifest[]): string {
  try {
    toServices(manifest(services));
  } catch (error) {
    assert.ok(error instanceof RegistryError, String(error));
    assert.equal(error.status, 400);
    return `${error.code} ${error.message}`;
  }
  assert.fail("it was accepted");
}

const kinds = (ty: ServiceManifest["ty"], ...types: HandlerManifest["ty"][]): HandlerKind[] =>
  only(
    service(
      "S",
      types.map((type, i) => ({ name: `h${i}`, ...(type !== undefined && { ty: type }) })),
      { ty },
    ),
  ).handlers.map(({ kind }) => kind);

test("what a handler is depends on its type and its service's", () => {
  assert.deepEqual(kinds("SERVICE", undefined, "SHARED"), [HandlerKind.Service, HandlerKind.Service]);
  assert.deepEqual(kinds("VIRTUAL_OBJECT", undefined, "EXCLUSIVE", "SHARED"), [
    HandlerKind.ObjectExclusive,
    HandlerKind.ObjectExclusive,
    HandlerKind.ObjectShared,
  ]);
  assert.deepEqual(kinds("WORKFLOW", "WORKFLOW", "SHARED", undefined), [
    HandlerKind.WorkflowRun,
    HandlerKind.WorkflowShared,
    HandlerKind.WorkflowShared,
  ]);
  assert.deepEqual(kinds("WORKFLOW", undefined), [HandlerKind.WorkflowRun]);
});

test("manifests that contradict themselves are refused", () => {
  for (const [services, message] of [
    [[service("restateFoo")], /^META0005 .*'restateFoo' is reserved/],
    [[service("ReStAte.x")], /^META0005/],
    [[service("OpenApi")], /^META0005/],
    [[service("A"), service("A")], /^META0013 .*service 'A' is there twice/],
    [[service("A", [{ name: "h" }, { name: "h" }])], /handler 'h' of service 'A' is there twice/],
    [[service("A", [{ name: "h", ty: "EXCLUSIVE" }])], /'A\/h' is of type EXCLUSIVE, which a SERVICE/],
    [[service("A", [{ name: "h", ty: "WORKFLOW" }], { ty: "VIRTUAL_OBJECT" })], /which a VIRTUAL_OBJECT/],
    [[service("A", [{ name: "h", ty: "EXCLUSIVE" }], { ty: "WORKFLOW" })], /which a WORKFLOW/],
    [[service("A", [{ name: "h", ty: "SHARED" }], { ty: "WORKFLOW" })], /has 0 handlers of type WORKFLOW/],
    [[service("A", [{ name: "h" }, { name: "i" }], { ty: "WORKFLOW" })], /has 2 handlers of type WORKFLOW/],
    [[service("A", [{ name: "h", workflowCompletionRetention: 1 }])], /but is not of type WORKFLOW/],
    [[service("A", [{ name: "h", ingressPrivate: false }], { ingressPrivate: true })], /public in a private/],
    [
      [service("A", [{ name: "h", input: { contentType: "nope" } }])],
      /'nope' of the input of 'A\/h' is none/,
    ],
    [[service("A", [{ name: "h", output: { contentType: "" } }])], /output of 'A\/h'/],
    [[service("A", [], { retryPolicyExponentiationFactor: 0.5 })], /below 1/],
  ] satisfies [ServiceManifest[], RegExp][]) {
    assert.match(refusal(...services), message);
  }
});

test("names that only look reserved are fine", () => {
  for (const name of ["dev.restate.x", "openapi2", "my-restate"])
    assert.equal(only(service(name)).name, name);
});

test("inputs and outputs", () => {
  const { handlers } = only(
    service("S", [
      { name: "unsaid" },
      { name: "empty", input: {}, output: {} },
      { name: "any", input: { required: true } },
      { name: "text", input: { contentType: "text/plain; charset=utf-8" } },
      {
        name: "json",
        input: { required: true, contentType: "application/json", jsonSchema: { type: "string" } },
        output: { contentType: "application/json", setContentTypeIfEmpty: true, jsonSchema: false },
      },
    ]),
  );
  const none = { isRequired: false, jsonSchema: undefined };
  assert.deepEqual(
    handlers.map(({ input }) => input),
    [
      null,
      { ...none, contentType: null },
      { ...none, contentType: "*/*", isRequired: true },
      { ...none, contentType: "text/plain" },
      { isRequired: true, contentType: "application/json", jsonSchema: { type: "string" } },
    ],
  );
  const json = { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: undefined };
  assert.deepEqual(
    handlers.map(({ output }) => output),
    [
      json,
      { ...json, contentType: null },
      json,
      json,
      { contentType: "application/json", setContentTypeIfEmpty: true, jsonSchema: false },
    ],
  );
});

test("options are taken over, and what is not said is not there", () => {
  const { handlers, ...rest } = only(
    service("S", [{ name: "h", ingressPrivate: true, retryPolicyMaxAttempts: 0 }], {
      documentation: "Says hello",
      metadata: { team: "x" },
      inactivityTimeout: 0,
      abortTimeout: 1,
      journalRetention: 2,
      idempotencyRetention: 3,
      enableLazyState: true,
      retryPolicyInitialInterval: 4,
      retryPolicyMaxInterval: 5,
      retryPolicyExponentiationFactor: 1.5,
      retryPolicyOnMaxAttempts: "KILL",
    }),
  );
  assert.deepEqual(rest, {
    name: "S",
    type: "Service",
    documentation: "Says hello",
    metadata: { team: "x" },
    inactivityTimeoutMs: 0,
    abortTimeoutMs: 1,
    journalRetentionMs: 2,
    idempotencyRetentionMs: 3,
    enableLazyState: true,
    retryPolicy: { initialIntervalMs: 4, maxIntervalMs: 5, exponentiationFactor: 1.5, onMaxAttempts: "kill" },
  });
  assert.deepEqual(handlers, [
    {
      name: "h",
      kind: HandlerKind.Service,
      input: null,
      output: { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: undefined },
      metadata: {},
      isPublic: false,
      retryPolicy: { maxAttempts: 1 },
    },
  ]);
});
