import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Endpoint } from "../processes.js";
import { World } from "./world.js";

const VERSIONS = "./acceptance/versions.endpoint.js";

let world: World;
let first: Endpoint;
let second: Endpoint;
let smaller: Endpoint;

before(async () => {
  world = await World.start({});
  const endpoint = (VERSION: string, METHODS: string) =>
    world.prepareEndpoint(VERSIONS, { VERSION, METHODS });
  first = await endpoint("1", "Version,Hold");
  second = await endpoint("2", "Version,Hold");
  smaller = await endpoint("3", "Version");
  await Promise.all([first, second, smaller].map(({ process }) => process.start()));
});
after(async () => {
  await Promise.all([first, second, smaller].map((endpoint) => endpoint?.process.stop("SIGKILL")));
  await world?.stop();
});

const register = (uri: string, options: object = {}) =>
  world.admin("POST", "/endpoints", { uri, ...options });

async function revision(): Promise<number> {
  const { text } = await world.admin("GET", "/services/acceptance.Versioned");
  return (JSON.parse(text) as { revision: number }).revision;
}

async function version(): Promise<string> {
  return (await world.call("acceptance.Versioned/Version", {})).text;
}

function restateCode(text: string): string {
  return (JSON.parse(text) as { restate_code: string }).restate_code;
}

test("A45 a dry run answers with what would be, and stores nothing", async () => {
  const { status, text } = await register(first.uri, { dry_run: true });
  assert.equal(status, 201);
  assert.match(text, /acceptance\.Versioned/);
  assert.equal((await world.admin("GET", "/services/acceptance.Versioned")).status, 404);
  const { text: list } = await world.admin("GET", "/endpoints");
  assert.deepEqual(JSON.parse(list), { endpoints: [] });
});

test("A41 what began on an old deployment ends there, what is new goes to the new one", async () => {
  assert.equal((await register(first.uri)).status, 201);
  assert.equal(await revision(), 1);
  const name = world.name();
  const id = await world.invoke("acceptance.Versioned/Hold", { text: name });
  await world.noted(name);
  assert.equal(await version(), '{"text":"1"}');
  assert.equal((await register(second.uri)).status, 201);
  assert.equal(await revision(), 2);
  assert.equal(await version(), '{"text":"2"}');
  world.open(name);
  const { status, text } = await world.outcome(id);
  assert.deepEqual([status, text.includes("1")], [200, true], text);
});

test("A42 an address that has other services now is refused unless forced", async () => {
  const { uri, process } = first;
  assert.equal((await register(uri, { force: false })).status, 200, "nothing has changed");
  await process.stop("SIGKILL");
  const port = Number(new URL(uri).port);
  const env = { VERSION: "4", METHODS: "Version,Hold,Describe" };
  const other = await world.prepareEndpoint(VERSIONS, env, port);
  await other.process.start();
  try {
    const { status, text } = await register(uri, { force: false });
    assert.deepEqual([status, restateCode(text)], [409, "META0004"]);
    assert.equal(await version(), '{"text":"2"}');
    assert.equal((await register(uri, { force: true })).status, 200);
    assert.deepEqual([await version(), await revision()], ['{"text":"4"}', 3]);
  } finally {
    await other.process.stop("SIGKILL");
  }
});

test("A43 a revision without a method of the last one is refused unless it is said to break", async () => {
  const before = await revision();
  const { status, text } = await register(smaller.uri, { force: false });
  assert.deepEqual([status, restateCode(text)], [409, "META0006"]);
  assert.equal(await revision(), before);
  assert.equal((await register(smaller.uri, { breaking: true })).status, 201);
  assert.equal(await version(), '{"text":"3"}');
});

for (const path of ["endpoints", "deployments"]) {
  test(`A44 DELETE of one of /${path} needs force=true`, async () => {
    const { text } = await register(smaller.uri, { force: true });
    const { id } = JSON.parse(text) as { id: string };
    const refused = await world.admin("DELETE", `/${path}/${id}`);
    assert.deepEqual([refused.status, refused.text], [501, ""]);
    assert.equal((await world.admin("DELETE", `/${path}/${id}?force=true`)).status, 202);
    assert.equal((await world.admin("GET", `/${path}/${id}`)).status, 404);
  });
}

/** Invocations that are pinned to a deployment and have not ended: what the command line tool counts before it removes one. */
async function pinnedTo(id: string): Promise<number> {
  const query = `SELECT count(*) AS n FROM sys_invocation WHERE pinned_deployment_id = '${id}' AND status <> 'completed'`;
  const response = await fetch(`${world.server.admin}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query }),
  });
  const { rows } = (await response.json()) as { rows: [{ n: number }] };
  return rows[0].n;
}

test("a deployment is drained, then removed; the service goes on with the newer one", async () => {
  const [old, next] = await Promise.all(
    ["5", "6"].map((VERSION) => world.prepareEndpoint(VERSIONS, { VERSION, METHODS: "Version,Hold" })),
  );
  assert.ok(old !== undefined && next !== undefined);
  try {
    await Promise.all([old.process.start(), next.process.start()]);
    const { id } = JSON.parse((await register(old.uri, { breaking: true })).text) as { id: string };
    const name = world.name();
    const held = await world.invoke("acceptance.Versioned/Hold", { text: name });
    await world.noted(name);
    assert.equal((await register(next.uri)).status, 201);
    assert.equal(await pinnedTo(id), 1);
    world.open(name);
    assert.equal((await world.outcome(held)).status, 200);
    assert.equal(await pinnedTo(id), 0);
    await old.process.stop("SIGKILL");
    assert.equal((await world.admin("DELETE", `/deployments/${id}?force=true`)).status, 202);
    assert.equal((await world.admin("GET", `/deployments/${id}`)).status, 404);
    assert.equal(await version(), '{"text":"6"}');
  } finally {
    await Promise.all([old, next].map(({ process }) => process.stop("SIGKILL")));
  }
});
