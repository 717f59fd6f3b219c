import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceManifest } from "@pawl/protocol";
import { addressOf } from "../invoker/endpoint.js";
import type { DocumentRow } from "../store/store.js";
import type { DiscoveredFacts, DiscoveryRequest } from "./discovered.js";
import { manifest, service } from "./endpoint.test.kit.js";
import { RegistryError } from "./errors.js";
import { toServices } from "./manifest-services.js";
import { type RegisterOptions, Registrar, type UpdateRequest } from "./registrar.js";
import { SchemaRegistry } from "./registry.js";
import type { Deployment } from "./schema.js";

const A = "http://a:9080/";
const B = "http://b:9080/";

function overHttp(deployment: Deployment | undefined): Extract<Deployment, { readonly uri: string }> {
  assert.ok(deployment !== undefined && "uri" in deployment);
  return deployment;
}

/** A registrar whose endpoints say what `services` has for their address. */
class World {
  readonly registry = new SchemaRegistry();
  readonly stored = new Map<string, string>();
  readonly services = new Map<string, ServiceManifest[]>();
  readonly asked: DiscoveryRequest[] = [];
  discovered: Partial<DiscoveredFacts & { protocolType: "RequestResponse" }> = {};
  saves = 0;
  now = 1_000;
  beforeSave: () => unknown = () => {};
  readonly registrar = new Registrar(
    {
      registry: this.registry,
      saveDocuments: async (puts, deletes = []) => {
        await this.beforeSave();
        this.saves++;
        for (const { kind, id } of deletes) this.stored.delete(`${kind} ${id}`);
        for (const { kind, id, json } of puts) this.stored.set(`${kind} ${id}`, json);
      },
    },
    async (request) => {
      this.asked.push(request);
      const facts = {
        additionalHeaders: request.additionalHeaders,
        minProtocolVersion: 5,
        maxProtocolVersion: 7,
        sdkVersion: "sdk/1",
        services: toServices(manifest(this.services.get(addressOf(request)) ?? [])),
        ...this.discovered,
      };
      if ("arn" in request) {
        const { arn, assumeRoleArn } = request;
        return { arn, assumeRoleArn, compression: null, protocolType: "RequestResponse", ...facts };
      }
      return {
        uri: request.uri,
        protocolType: "BidiStream",
        httpVersion: request.useHttp11 ? "HTTP/1.1" : "HTTP/2.0",
        ...facts,
      };
    },
    () => this.now++,
  );

  register(uri: string, rest: Partial<RegisterOptions & { useHttp11: boolean }> = {}) {
    return this.registrar.register({
      uri,
      useHttp11: false,
      additionalHeaders: {},
      metadata: {},
      isForced: false,
      isBreaking: false,
      isDryRun: false,
      ...rest,
    });
  }

  update(id: string, rest: Partial<UpdateRequest> = {}) {
    return this.registrar.update(id, {
      uri: undefined,
      useHttp11: undefined,
      arn: undefined,
      assumeRoleArn: undefined,
      additionalHeaders: undefined,
      overwrite: false,
      isDryRun: false,
      ...rest,
    });
  }

  revisions(): string[] {
    return this.registry.services().map(({ schema }) => `${schema.name} ${schema.revision}`);
  }

  /** What a restart would find. */
  restarted(): SchemaRegistry {
    const registry = new SchemaRegistry();
    registry.load(
      [...this.stored].map(([name, json]) => {
        const [kind, id] = name.split(" ") as [DocumentRow["kind"], string];
        return { kind, id, json };
      }),
    );
    return registry;
  }
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RegistryError, String(error));
  return `${error.status} ${error.code} ${error.message}`;
}

test("a first registration is revision 1, and a restart finds it", async () => {
  const world = new World();
  world.services.set(A, [service("S"), service("T")]);
  const { outcome, deployment } = await world.register("http://A:9080", {
    additionalHeaders: { Authorization: "x" },
    metadata: { team: "y" },
  });
  assert.equal(outcome, "created");
  assert.match(deployment.deploymentId, /^dp_1[0-9a-zA-Z]{22}$/);
  assert.deepEqual(world.revisions(), ["S 1", "T 1"]);
  const restarted = world.restarted();
  assert.equal(restarted.handler("S", "greet")?.deploymentId, deployment.deploymentId);
  const { uri, additionalHeaders, metadata, createdAt } = overHttp(restarted.deployments()[0]);
  assert.deepEqual(
    { uri, additionalHeaders, metadata, createdAt },
    {
      uri: A,
      additionalHeaders: { authorization: "x" },
      metadata: { team: "y" },
      createdAt: 1_000,
    },
  );
});

test("nothing is visible before it is durable", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  let seen: boolean | undefined;
  world.beforeSave = () => {
    seen = world.registry.hasService("S");
  };
  await world.register(A);
  assert.equal(seen, false);
  assert.equal(world.registry.hasService("S"), true);
});

test("when it cannot be stored, nothing changed, and the next registration works", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  world.beforeSave = () => {
    throw new Error("disk full");
  };
  await assert.rejects(world.register(A), /disk full/);
  assert.equal(world.registry.hasService("S"), false);
  world.beforeSave = () => {};
  await world.register(A);
  assert.deepEqual(world.revisions(), ["S 1"]);
});

test("the same again changes nothing", async () => {
  const world = new World();
  world.services.set(A, [service("S", [{ name: "h", input: { contentType: "text/plain" } }]), service("T")]);
  const first = await world.register(A);
  world.services.set(A, [service("T"), service("S", [{ name: "h", input: { contentType: "text/plain" } }])]);
  world.discovered = { sdkVersion: "sdk/2" };
  const again = await world.register("http://a:9080", { metadata: { build: "2" } });
  assert.equal(again.outcome, "unchanged");
  assert.equal(again.deployment.deploymentId, first.deployment.deploymentId);
  assert.equal(world.saves, 1);
  assert.deepEqual(world.revisions(), ["S 1", "T 1"]);
});

test("an address that says something else is refused unless forced", async () => {
  for (const [change, what] of [
    [
      (world: World) => world.services.set(A, [service("S", [{ name: "other" }])]),
      /its services or their options/,
    ],
    [(world: World) => world.services.set(A, [service("S", undefined, { abortTimeout: 1 })]), /its services/],
    [
      (world: World) => {
        world.discovered = { protocolType: "RequestResponse" };
      },
      /the transport \(RequestResponse over HTTP\/2\.0\)/,
    ],
    [
      (world: World) => {
        world.discovered = { maxProtocolVersion: 6 };
      },
      /the protocol versions \(5 to 6\)/,
    ],
  ] as const) {
    const world = new World();
    world.services.set(A, [service("S")]);
    const { deployment } = await world.register(A);
    change(world);
    const message = await refusal(world.register(A));
    assert.match(message, /^409 META0004 http:\/\/a:9080\/ is registered already, as dp_/);
    assert.match(message, what);
    const forced = await world.register(A, { isForced: true });
    assert.equal(forced.outcome, "overwritten");
    assert.equal(forced.deployment.deploymentId, deployment.deploymentId);
    assert.deepEqual(world.revisions(), ["S 2"]);
  }
});

test("other headers for a registered address are refused unless forced", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  await world.register(A, { additionalHeaders: { authorization: "old" } });
  assert.equal((await world.register(A)).outcome, "unchanged");
  assert.equal(
    (await world.register(A, { additionalHeaders: { authorization: "old" } })).outcome,
    "unchanged",
  );
  assert.match(
    await refusal(world.register(A, { additionalHeaders: { authorization: "new" } })),
    /META0004 .*the additional headers/,
  );
});

test("what a forced registration no longer has is gone", async () => {
  const world = new World();
  world.services.set(A, [service("S"), service("T")]);
  await world.register(A);
  world.services.set(A, [service("S")]);
  await world.register(A, { isForced: true });
  assert.deepEqual(world.revisions(), ["S 2"]);
  assert.equal(world.registry.hasService("T"), false);
});

test("a new address is a new revision of its services", async () => {
  const world = new World();
  world.services.set(A, [service("S", [{ name: "old" }, { name: "greet" }])]);
  world.services.set(B, [service("S")]);
  const first = await world.register(A);
  const second = await world.register(B);
  assert.deepEqual(world.revisions(), ["S 2"]);
  assert.equal(world.registry.handler("S", "greet")?.deploymentId, second.deployment.deploymentId);
  assert.equal(world.registry.handler("S", "old"), undefined);
  assert.ok(world.registry.pinnedHandler(first.deployment.deploymentId, "S", "old"));
});

test("a service keeps its type unless it is meant", async () => {
  for (const meant of [{ isBreaking: true }, { isForced: true }]) {
    const world = new World();
    world.services.set(A, [service("S")]);
    world.services.set(B, [service("S", undefined, { ty: "VIRTUAL_OBJECT" })]);
    await world.register(A);
    assert.match(
      await refusal(world.register(B)),
      /^409 META0006 service 'S' is a Service and would become a VirtualObject/,
    );
    await world.register(B, meant);
    assert.equal(world.registry.serviceType("S"), "VirtualObject");
  }
});

test("a dry run says what would happen", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  const { outcome, deployment } = await world.register(A, { isDryRun: true });
  assert.equal(outcome, "created");
  assert.equal(deployment.services[0]?.revision, 1);
  assert.equal(world.saves, 0);
  assert.deepEqual(world.registry.deployments(), []);
});

test("a dry run of something that changed says what differs, or what forcing it would come to", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  await world.register(A);
  const saves = world.saves;
  world.services.set(A, [service("S", [{ name: "greet" }, { name: "more" }])]);
  assert.match(
    await refusal(world.register(A, { isDryRun: true })),
    /^409 META0004 .* has changed: its services or their options\./,
  );
  const { outcome, deployment } = await world.register(A, { isDryRun: true, isForced: true });
  assert.equal(outcome, "overwritten");
  assert.deepEqual(
    deployment.services.map(({ revision, handlers }) => [revision, ...handlers.map(({ name }) => name)]),
    [[2, "greet", "more"]],
  );
  assert.equal(world.saves, saves);
  assert.deepEqual(world.revisions(), ["S 1"]);
  assert.equal(world.registry.handler("S", "more"), undefined);
});

test("registrations at the same time come one after the other", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  world.services.set(B, [service("S")]);
  const outcomes = await Promise.all([world.register(A), world.register(A), world.register(B)]);
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["created", "unchanged", "created"],
  );
  assert.deepEqual(world.revisions(), ["S 2"]);
});

test("addresses and headers that cannot be used are refused before anybody is asked", async () => {
  const world = new World();
  for (const [uri, headers, reason] of [
    ["relative", {}, /'uri' is invalid.*not absolute/],
    ["/relative/x", {}, /not absolute/],
    ["ftp://a/", {}, /neither with http:\/\/ nor with https:\/\//],
    ["http://u:p@a/", {}, /user or password/],
    ["http://a/?x=1", {}, /query or fragment/],
    ["http://a/#x", {}, /query or fragment/],
    [A, { "bad name": "x" }, /'additional_headers' is invalid.*bad name/],
    [A, { good: "line\nbreak" }, /'additional_headers' is invalid/],
    [A, { "Content-Length": "5" }, /'content-length' is set by the server/],
    [A, { "X-A": "1", "x-a": "2" }, /'x-a' is there twice/],
  ] as const) {
    const message = await refusal(world.register(uri, { additionalHeaders: headers }));
    assert.match(message, /^400 null /);
    assert.match(message, reason);
  }
  assert.deepEqual(world.asked, []);
});

test("addresses have one spelling", async () => {
  const world = new World();
  for (const uri of ["HTTP://A:9080", "http://a:9080//", "http://a:9080/x/../"]) await world.register(uri);
  assert.equal(world.registry.deployments().length, 1);
  await world.register("http://a:80/p/");
  assert.equal(overHttp(world.registry.deployments()[1]).uri, "http://a/p");
});

test("a deployment moves to another address and keeps its id and revisions", async () => {
  const world = new World();
  world.services.set(A, [service("S")]);
  world.services.set(B, [service("S", [{ name: "greet" }, { name: "more" }])]);
  const { deployment } = await world.register(A, { additionalHeaders: { authorization: "x" } });
  const id = deployment.deploymentId;
  const moved = await world.update(id, { uri: B });
  assert.equal(overHttp(moved).uri, B);
  assert.deepEqual(moved.additionalHeaders, { authorization: "x" });
  assert.equal(moved.createdAt, deployment.createdAt);
  assert.equal(world.registry.handler("S", "more"), undefined);
  assert.deepEqual(world.revisions(), ["S 1"]);

  await world.update(id, { overwrite: true, additionalHeaders: {}, useHttp11: true });
  assert.ok(world.registry.handler("S", "more"));
  assert.deepEqual(world.revisions(), ["S 1"]);
  const { additionalHeaders, httpVersion } = overHttp(world.restarted().deployment(id));
  assert.deepEqual({ additionalHeaders, httpVersion }, { additionalHeaders: {}, httpVersion: "HTTP/1.1" });
});

test("a deployment does not move to where its invocations would miss something, unless it is meant", async () => {
  for (const [services, discovered, loss] of [
    [[service("S", [{ name: "greet" }])], {}, /service 'T'/],
    [[service("S", []), service("T")], {}, /handler 'S\/greet'/],
    [[service("S", undefined, { ty: "VIRTUAL_OBJECT" }), service("T")], {}, /service 'S' as a Service/],
    [[service("S"), service("T")], { maxProtocolVersion: 6 }, /protocol versions 5 to 7/],
    [[service("S"), service("T")], { minProtocolVersion: 6 }, /protocol versions 5 to 7/],
  ] satisfies [ServiceManifest[], Partial<DiscoveredFacts>, RegExp][]) {
    const world = new World();
    world.services.set(A, [service("S"), service("T")]);
    world.services.set(B, services);
    const { deployment } = await world.register(A);
    world.discovered = discovered;
    const message = await refusal(world.update(deployment.deploymentId, { uri: B }));
    assert.match(message, /^409 META0016 http:\/\/b:9080\/ lacks what deployment dp_/);
    assert.match(message, loss);
    await world.update(deployment.deploymentId, { uri: B, overwrite: true, isDryRun: true });
    assert.equal(overHttp(world.registry.deployments()[0]).uri, A);
    await world.update(deployment.deploymentId, { uri: B, overwrite: true });
    assert.equal(overHttp(world.registry.deployments()[0]).uri, B);
  }
  assert.match(await refusal(new World().update("dp_x")), /^404 null /);
});

test("an address of two deployments cannot be forced", async () => {
  const world = new World();
  for (const uri of [A, B]) world.services.set(uri, [service("S")]);
  const { deployment } = await world.register(A);
  await world.register(B);
  await world.update(deployment.deploymentId, { uri: B });
  assert.match(
    await refusal(world.register(B, { isForced: true })),
    /^409 META0017 2 deployments .* Remove all but/,
  );
});

test("removing a deployment removes what nobody else has", async () => {
  const world = new World();
  world.services.set(A, [service("S"), service("T")]);
  world.services.set(B, [service("T")]);
  const first = await world.register(A);
  await world.register(B);
  for (const name of ["S", "T"]) await world.registrar.override(name, { isPublic: false });
  await world.registrar.remove(first.deployment.deploymentId);
  assert.deepEqual(world.revisions(), ["T 2"]);
  assert.deepEqual(world.registry.overrides("S"), { service: "S" });
  assert.equal(world.registry.handler("T", "greet")?.isPublic, false);
  assert.deepEqual(
    world
      .restarted()
      .services()
      .map(({ schema }) => schema.name),
    ["T"],
  );
  assert.match(await refusal(world.registrar.remove(first.deployment.deploymentId)), /^404 null /);
});

test("overrides add up, hold for later deployments and survive a restart", async () => {
  const world = new World();
  for (const uri of [A, B]) world.services.set(uri, [service("S")]);
  await world.register(A);
  await world.registrar.override("S", { abortTimeoutMs: 5, isPublic: false });
  await world.registrar.override("S", { isPublic: true, journalRetentionMs: 0 });
  await world.registrar.override("S", {});
  await world.register(B);
  for (const registry of [world.registry, world.restarted()]) {
    const { abortTimeoutMs, journalRetentionMs, isPublic } = registry.handler("S", "greet") ?? {};
    assert.deepEqual(
      { abortTimeoutMs, journalRetentionMs, isPublic },
      {
        abortTimeoutMs: 5,
        journalRetentionMs: 0,
        isPublic: true,
      },
    );
  }
  assert.match(await refusal(world.registrar.override("X", {})), /^404 null .*service 'X' does not exist/);
  assert.match(
    await refusal(world.registrar.override("S", { workflowCompletionRetentionMs: 1 })),
    /^400 null .*only workflows/,
  );
});
