/** A browser calls services from a page of another origin, with connect-web. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import type { BrowserContext, Page as Tab } from "playwright-core";
import { EXAMPLE, World } from "../acceptance/world.js";
import { temporaryDirectory } from "../processes.js";
import { findChromium, launch } from "./chromium.js";
import type { GreetResult, Page, PageRequest, SignResult, TransportName } from "./page.js";
import { type PageServer, servePage } from "./page-server.js";

const RETENTION_MS = 30 * 60_000;
const TOLERANCE_MS = 20_000;
const TRANSPORTS: readonly TransportName[] = ["Connect with JSON", "Connect with Protobuf", "gRPC-web"];

const MISSING = "no Chromium is installed: as root on Debian, scripts/install-browser.sh installs it";

const executable = findChromium();
if (executable === undefined) {
  // Where everything is tested for good, a browser that is missing is a mistake.
  test("a browser calls services", { skip: process.env.CI !== "true" && MISSING }, () =>
    assert.fail(MISSING),
  );
} else {
  testIn(executable);
}

function testIn(executable: string): void {
  let world: World;
  let pageServer: PageServer;
  let profile: string;
  let browser: BrowserContext;
  let tab: Tab;
  /** Statuses of the answers to preflights, by URL. */
  const preflights = new Map<string, number>();

  before(async () => {
    profile = temporaryDirectory();
    [world, pageServer, browser] = await Promise.all([
      World.start({}, EXAMPLE),
      servePage(),
      launch(executable, profile),
    ]);
    tab = await browser.newPage();
    const session = await browser.newCDPSession(tab);
    session.on("Network.responseReceived", ({ type, response }) => {
      if (type === "Preflight") preflights.set(response.url, response.status);
    });
    await session.send("Network.enable");
    await tab.goto(pageServer.url);
  });

  after(async () => {
    await browser?.close();
    pageServer?.server.close();
    await world?.stop();
    rmSync(profile, { recursive: true, force: true });
  });

  type Request = Omit<PageRequest, "baseUrl">;
  const greet = (request: Request): Promise<GreetResult> =>
    tab.evaluate((request) => (globalThis as unknown as { page: Page }).page.greet(request), {
      ...request,
      baseUrl: world.server.ingress,
    });
  const sign = (request: Request): Promise<SignResult> =>
    tab.evaluate((request) => (globalThis as unknown as { page: Page }).page.sign(request), {
      ...request,
      baseUrl: world.server.ingress,
    });

  for (const transport of TRANSPORTS) {
    test(`a browser calls a service of another origin: ${transport}`, async () => {
      assert.deepEqual(await greet({ transport, name: "Pete" }), { greeting: "Hello Pete" });
    });

    test(`a browser is told what went wrong: ${transport}`, async () => {
      await world.admin("PATCH", "/services/org.example.Greeter", { public: false });
      const result = await greet({ transport, name: "Pete" });
      await world.admin("PATCH", "/services/org.example.Greeter", { public: true });
      const message = "Service org.example.Greeter is not accessible";
      assert.deepEqual(result, { code: "PermissionDenied", message });
    });

    test(`a browser sends an idempotency key, and reads how long it holds: ${transport}`, async () => {
      const request = { transport, name: `guest over ${transport}`, idempotencyKey: "one visit" };
      const [first, second] = [await sign(request), await sign(request)];
      assert.deepEqual([first.count, second.count], [1, 1]);
      const keptForMs = Date.parse(second.expires ?? "") - Date.now();
      assert.ok(Math.abs(keptForMs - RETENTION_MS) < TOLERANCE_MS, `${second.expires}`);
    });
  }

  test("a browser needs no client at all: fetch", async () => {
    const answer = await tab.evaluate(async (url) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"name": "Pete"}',
      });
      return await response.text();
    }, `${world.server.ingress}/org.example.Greeter/Greet`);
    assert.equal(answer, '{"greeting":"Hello Pete"}');
  });

  test("a browser had asked before each kind of call whether it may", () => {
    const paths = [...preflights].map(([url, status]) => `${new URL(url).pathname} ${status}`).sort();
    assert.deepEqual(paths, ["/org.example.Greeter/Greet 200", "/org.example.Guestbook/Sign 200"]);
  });
}
