/** Endpoints are replaced while invocations run: each goes on with the code that it began with. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Endpoint } from "../harness/endpoint.mjs";
import { started } from "../harness/processes.mjs";
import { startServer, V7_SETTINGS } from "../harness/servers.mjs";
import { World } from "../harness/world.mjs";

const WITHIN_MS = 30_000;
const FIRST = { protocol: 7, transport: "bidi", label: "first" };
const VARIANTS = [
  FIRST,
  { ...FIRST, label: "second" },
  { ...FIRST, label: "without now" },
  { ...FIRST, label: "another kind" },
  { ...FIRST, label: "third", isSuspending: true },
  { ...FIRST, label: "fourth", isSuspending: true },
];

for (const [sdk, kind] of [
  ["official", "official"],
  ["official", "pawl"],
  ["pawl", "official"],
  ["pawl", "pawl"],
]) {
  describe(`deployments of the ${sdk} SDK on the ${kind} server`, () => {
    let server;
    let endpoint;
    let world;

    before(async () => {
      [server, endpoint] = await started(
        startServer(kind, { settings: V7_SETTINGS[kind] }),
        Endpoint.start({ sdk, variants: VARIANTS }),
      );
      world = new World({ sdk, server, endpoint, variant: FIRST });
    });

    after(async () => {
      await endpoint?.stop();
      await server?.stop();
    });

    const revisionOf = (registered) =>
      registered.services.find(({ name }) => name === world.name("Versioned")).revision;

    it("new invocations take the newest, others stay where they are", { timeout: WITHIN_MS }, async () => {
      const first = await server.register(endpoint.uri(0));
      assert.equal(revisionOf(first), 1);
      const topic = world.unique();
      const running = world.service("Versioned").both(topic);
      const [id] = await endpoint.noted(topic);

      const dry = await server.register(endpoint.uri(1), { dry_run: true });
      assert.equal(revisionOf(dry), 2);
      assert.equal(await world.service("Versioned").now(), "first");
      const second = await server.register(endpoint.uri(1));
      assert.equal(revisionOf(second), 2);
      assert.notEqual(second.id, first.id);
      assert.equal(await world.service("Versioned").now(), "second");
      await world.ingress.resolveAwakeable(id, null);
      assert.deepEqual(await running, ["first", "first"]);
    });

    it("the same address is registered once, and again by force", { timeout: WITHIN_MS }, async () => {
      const again = await server.register(endpoint.uri(1));
      assert.equal(revisionOf(again), 2);
      const forced = await server.register(endpoint.uri(1), { force: true });
      assert.deepEqual([forced.id, revisionOf(forced)], [again.id, 3]);
    });

    it("a service may lose handlers, but not change its kind by accident", {
      timeout: WITHIN_MS,
    }, async () => {
      assert.equal(revisionOf(await server.register(endpoint.uri(2))), 4);
      assert.equal((await world.post(`/${world.name("Versioned")}/now`)).status, 404);
      await assert.rejects(server.register(endpoint.uri(3)), /409 .*META0006/);
      assert.equal(revisionOf(await server.register(endpoint.uri(3), { breaking: true })), 5);
      assert.equal(await world.object("Versioned", "key").now(), "another kind");
    });

    it("a suspended invocation is resumed where it began", { timeout: WITHIN_MS }, async () => {
      const suspending = new World({ sdk, server, endpoint, variant: VARIANTS[4] });
      await server.register(endpoint.uri(4));
      const topic = world.unique();
      const running = suspending.service("Versioned").both(topic);
      const [id] = await endpoint.noted(topic);
      await server.register(endpoint.uri(5));
      assert.equal(await suspending.service("Versioned").now(), "fourth");
      await world.ingress.resolveAwakeable(id, null);
      assert.deepEqual(await running, ["third", "third"]);
    });

    it("a deployment is removed by force only", { timeout: WITHIN_MS }, async () => {
      const { id } = await server.register(endpoint.uri(5));
      const url = `${server.adminUrl}/deployments/${id}`;
      const remove = (query) =>
        fetch(url + query, { method: "DELETE", signal: AbortSignal.timeout(WITHIN_MS) });
      assert.equal((await remove("")).status, 501);
      assert.equal((await fetch(url)).status, 200);
      assert.equal((await remove("?force=true")).status, 202);
      assert.equal((await fetch(url)).status, 404);
    });
  });
}
