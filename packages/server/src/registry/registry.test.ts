import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../invoker/endpoint.js";
import { HandlerKind } from "../store/store.js";
import { SERVER_DEFAULTS, type ServerDefaults } from "./defaults.js";
import { deploymentDocument, overridesDocument } from "./documents.js";
import { SchemaRegistry } from "./registry.js";
import type { Deployment, HandlerOptions, HandlerSchema, ServiceSchema } from "./schema.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function handler(
  name: string,
  options: HandlerOptions = {},
  kind: HandlerKind = HandlerKind.Service,
): HandlerSchema {
  return { name, kind, input: null, output: null, metadata: {}, ...options };
}

function service(
  name: string,
  revision: number,
  handlers: HandlerSchema[],
  rest: Partial<ServiceSchema> = {},
) {
  return { name, type: "Service", revision, handlers, metadata: {}, ...rest } satisfies ServiceSchema;
}

function deployment(id: string, services: ServiceSchema[], rest: Partial<Deployment> = {}): Deployment {
  return {
    deploymentId: id,
    uri: `http://${id}/`,
    protocolType: "BidiStream",
    httpVersion: "HTTP/2.0",
    additionalHeaders: {},
    createdAt: 1,
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    sdkVersion: null,
    metadata: {},
    services,
    ...rest,
  };
}

function registryOf(
  deployments: Deployment[],
  overrides: HandlerOptions = {},
  defaults: Partial<ServerDefaults> = {},
) {
  const registry = new SchemaRegistry({ ...SERVER_DEFAULTS, ...defaults });
  const isOverridden = Object.keys(overrides).length > 0;
  registry.load([
    ...deployments.map(deploymentDocument),
    ...(isOverridden ? [overridesDocument({ service: "S", ...overrides })] : []),
    { kind: "meta", id: "reserved-numbers/0", json: "5" },
  ]);
  return registry;
}

test("an empty registry knows nothing", () => {
  const registry = new SchemaRegistry();
  assert.equal(registry.handler("S", "h"), undefined);
  assert.equal(registry.hasService("S"), false);
  assert.equal(registry.serviceType("S"), undefined);
  assert.deepEqual(registry.publicServices(), []);
  assert.deepEqual(registry.deployments(), []);
});

test("without options of its own, a handler has the documented defaults", () => {
  const registry = registryOf([deployment("dp", [service("S", 1, [handler("h")])])]);
  assert.deepEqual(registry.handler("S", "h"), {
    service: "S",
    serviceType: "Service",
    handler: "h",
    kind: HandlerKind.Service,
    deploymentId: "dp",
    revision: 1,
    isPublic: true,
    input: null,
    output: null,
    retryPolicy: {
      initialIntervalMs: 500,
      exponentiationFactor: 2,
      maxIntervalMs: 60_000,
      maxAttempts: 70,
      onMaxAttempts: "pause",
    },
    idempotencyRetentionMs: DAY,
    workflowCompletionRetentionMs: DAY,
    journalRetentionMs: DAY,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 600_000,
    hasEagerState: true,
  });
});

test("the handler's option comes first, then PATCH, then the service's, then the server's", () => {
  const timeout = (own?: number, patched?: number, ofService?: number) => {
    const option = (ms?: number) => (ms === undefined ? {} : { abortTimeoutMs: ms });
    const schema = service("S", 1, [handler("h", option(own))], option(ofService));
    return registryOf([deployment("dp", [schema])], option(patched)).handler("S", "h")?.abortTimeoutMs;
  };
  assert.equal(timeout(1, 2, 3), 1);
  assert.equal(timeout(undefined, 2, 3), 2);
  assert.equal(timeout(undefined, undefined, 3), 3);
  assert.equal(timeout(undefined, 0, 3), 0);
  assert.equal(timeout(), 600_000);
});

test("a retry policy is put together from all who say something of it", () => {
  const schema = service("S", 1, [handler("h", { retryPolicy: { maxAttempts: 3 } }), handler("i")], {
    retryPolicy: { maxAttempts: 10, onMaxAttempts: "kill" },
  });
  const registry = registryOf([deployment("dp", [schema])]);
  assert.deepEqual(registry.handler("S", "h")?.retryPolicy, {
    ...SERVER_DEFAULTS.retryPolicy,
    maxAttempts: 3,
    onMaxAttempts: "kill",
  });
  assert.equal(registry.handler("S", "i")?.retryPolicy.maxAttempts, 10);
});

test("what PATCH sets of a retry policy holds for older deployments, too", () => {
  const older = deployment("dp1", [service("S", 1, [handler("h"), handler("i")])]);
  const newer = deployment("dp2", [service("S", 2, [handler("h")])]);
  const registry = registryOf([older, newer], { retryPolicy: { maxAttempts: 4 } });
  for (const id of ["dp1", "dp2"])
    assert.equal(registry.pinnedHandler(id, "S", "h")?.retryPolicy.maxAttempts, 4);
  const handlers = { h: { retryPolicy: { maxAttempts: 9 } }, gone: { retryPolicy: { maxAttempts: 1 } } };
  registry.apply({ puts: [overridesDocument({ ...registry.overrides("S"), handlers })], deletes: [] });
  assert.equal(registry.pinnedHandler("dp1", "S", "h")?.retryPolicy.maxAttempts, 9);
  assert.equal(registry.pinnedHandler("dp1", "S", "i")?.retryPolicy.maxAttempts, 4);
});

test("private is whoever says so, except that PATCH decides for the service", () => {
  for (const [own, patched, ofService, expected] of [
    [undefined, undefined, undefined, true],
    [false, undefined, undefined, false],
    [undefined, undefined, false, false],
    [undefined, false, undefined, false],
    [undefined, true, false, true],
    [false, true, undefined, false],
    [true, false, undefined, false],
  ] as const) {
    const option = (isPublic: boolean | undefined) => (isPublic === undefined ? {} : { isPublic });
    const schema = service("S", 1, [handler("h", option(own))], option(ofService));
    const registry = registryOf([deployment("dp", [schema])], option(patched));
    assert.equal(registry.handler("S", "h")?.isPublic, expected, `${own} ${patched} ${ofService}`);
    const isServicePublic = patched ?? ofService ?? true;
    assert.deepEqual(registry.publicServices(), isServicePublic ? ["S"] : []);
  }
});

test("new invocations go to the newest revision, pinned ones find their own", () => {
  const registry = registryOf([
    deployment("dp2", [service("S", 2, [handler("h")]), service("T", 1, [handler("t")])], { createdAt: 2 }),
    deployment("dp1", [service("S", 1, [handler("h"), handler("old", { abortTimeoutMs: 5 })])]),
  ]);
  assert.equal(registry.handler("S", "h")?.deploymentId, "dp2");
  assert.equal(registry.handler("S", "old"), undefined);
  assert.equal(registry.pinnedHandler("dp1", "S", "old")?.abortTimeoutMs, 5);
  assert.equal(registry.pinnedHandler("dp2", "S", "old"), undefined);
  assert.equal(addressOf(registry.deployment("dp1") as Deployment), "http://dp1/");
  assert.deepEqual(
    registry.deployments().map(({ deploymentId }) => deploymentId),
    ["dp1", "dp2"],
  );
  assert.deepEqual(
    registry.services().map(({ schema }) => `${schema.name} ${schema.revision}`),
    ["S 2", "T 1"],
  );
});

test("when the newest deployment is removed, the one before it serves again", () => {
  const registry = registryOf(
    [
      deployment("dp1", [service("S", 1, [handler("h")])]),
      deployment("dp2", [service("S", 2, [handler("h")])]),
    ],
    { isPublic: false },
  );
  registry.apply({ puts: [], deletes: [{ kind: "deployment", id: "dp2" }] });
  assert.equal(registry.handler("S", "h")?.deploymentId, "dp1");
  assert.equal(registry.handler("S", "h")?.isPublic, false);
  registry.apply({
    puts: [],
    deletes: [
      { kind: "deployment", id: "dp1" },
      { kind: "service", id: "S" },
    ],
  });
  assert.equal(registry.hasService("S"), false);
  assert.deepEqual(registry.overrides("S"), { service: "S" });
});

test("request and response has no inactivity timeout, and says so", () => {
  const schema = service("S", 1, [handler("h"), handler("i", { inactivityTimeoutMs: 1000 })], {
    inactivityTimeoutMs: 5000,
  });
  const registry = registryOf([deployment("dp", [schema], { protocolType: "RequestResponse" })]);
  assert.equal(registry.handler("S", "h")?.inactivityTimeoutMs, 0);
  assert.deepEqual(
    registry.service("S")?.info.map(({ code, message }) => `${code} ${message}`),
    [
      "RT0021 The inactivity_timeout 5s of service has no effect: the deployment answers request by request, and suspends at once.",
      "RT0021 The inactivity_timeout 1s of handler i has no effect: the deployment answers request by request, and suspends at once.",
    ],
  );
});

test("retentions are cut to the server's limits, which says so", () => {
  const schema = service("S", 1, [handler("h", { journalRetentionMs: 3 * DAY }), handler("i")]);
  const defaults = { maxJournalRetentionMs: 2 * DAY, maxIdempotencyRetentionMs: HOUR };
  const registry = registryOf([deployment("dp", [schema])], {}, defaults);
  assert.equal(registry.handler("S", "h")?.journalRetentionMs, 2 * DAY);
  assert.equal(registry.handler("S", "i")?.journalRetentionMs, DAY);
  assert.equal(registry.handler("S", "i")?.idempotencyRetentionMs, HOUR);
  assert.deepEqual(registry.service("S")?.info, [
    {
      code: "RT0022",
      message: "The journal_retention 3d of handler h is cut to the server's limit, 2d.",
    },
  ]);
});

test("an override that hides something, or is hidden, says so", () => {
  const schema = service("S", 1, [handler("h", { abortTimeoutMs: 1000 })], { abortTimeoutMs: 2000 });
  const registry = registryOf([deployment("dp", [schema])], { abortTimeoutMs: 3000 });
  assert.deepEqual(
    registry.service("S")?.info.map(({ message }) => message),
    [
      "The abort_timeout 3s set by PATCH /services/S hides the service's own 2s.",
      "The abort_timeout 3s set by PATCH /services/S does not hold for handler h, which says 1s.",
    ],
  );
});

test("a workflow shows the retention of its run", () => {
  const run = handler("run", { workflowCompletionRetentionMs: HOUR }, HandlerKind.WorkflowRun);
  const schema = service("S", 1, [run, handler("x", {}, HandlerKind.WorkflowShared)], { type: "Workflow" });
  const registry = registryOf([deployment("dp", [schema])]);
  assert.equal(registry.service("S")?.workflowCompletionRetentionMs, HOUR);
});

test("documents of a newer version are refused", () => {
  const json = JSON.stringify({ format: 2 });
  assert.throws(
    () => new SchemaRegistry().load([{ kind: "deployment", id: "dp", json }]),
    /the deployment document 'dp' has format 2, and this version of Pawl knows 1/,
  );
});
