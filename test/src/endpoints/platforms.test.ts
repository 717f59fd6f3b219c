import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as onFetch from "@pawl/sdk/fetch";
import * as onLambda from "@pawl/sdk/lambda";
import { prepareServer, type TestServer } from "../processes.js";
import { type FrontDoor, openFetchDoor, openGateway } from "./front-doors.js";
import { createServices } from "./services.js";

const LARGE_CHARACTERS = 2_000_000;

let server: TestServer;
before(async () => {
  server = await prepareServer();
  await server.process.start();
});
after(() => server.remove());

type Services = ReturnType<typeof createServices>["services"];

interface Platform {
  readonly name: string;
  readonly open: (services: Services) => Promise<FrontDoor>;
  readonly useHttp11: boolean;
  /** Whether each wait ends the attempt. */
  readonly suspends: boolean;
  readonly extraArgs: unknown[];
}

const quiet = { logger: () => {} };

const platforms: Platform[] = [
  {
    name: "FetchHttp1",
    open: (services) => openFetchDoor("HTTP/1.1", onFetch.createEndpointHandler({ services, ...quiet })),
    useHttp11: true,
    suspends: true,
    extraArgs: [{ platform: "fetch" }],
  },
  {
    name: "FetchHttp2",
    open: (services) => openFetchDoor("HTTP/2", onFetch.createEndpointHandler({ services, ...quiet })),
    useHttp11: false,
    suspends: true,
    extraArgs: [{ platform: "fetch" }],
  },
  {
    name: "FetchBidirectional",
    open: (services) =>
      openFetchDoor("HTTP/2", onFetch.createEndpointHandler({ services, ...quiet, bidirectional: true })),
    useHttp11: false,
    suspends: false,
    extraArgs: [{ platform: "fetch" }],
  },
  {
    name: "LambdaRest",
    open: (services) => openGateway("1.0", onLambda.createEndpointHandler({ services, ...quiet })),
    useHttp11: true,
    suspends: true,
    extraArgs: [{ platform: "Lambda" }],
  },
  {
    name: "LambdaHttp",
    open: (services) => openGateway("2.0", onLambda.createEndpointHandler({ services, ...quiet })),
    useHttp11: true,
    suspends: true,
    extraArgs: [{ platform: "Lambda" }],
  },
];

for (const { name, open, useHttp11, suspends, extraArgs } of platforms) {
  describe(`services on the platform ${name}`, () => {
    const { services, tally, steps } = createServices(name);
    let door: FrontDoor;

    before(async () => {
      door = await open(services);
      await server.register(door.uri, { use_http_11: useHttp11 });
    });
    after(() => door.close());

    async function call(path: string, input?: unknown): Promise<unknown> {
      const response = await fetch(`${server.ingress}/${path}`, {
        method: "POST",
        ...(input !== undefined && {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(input),
        }),
      });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return JSON.parse(text);
    }

    it("step, sleep, call and wait, each once however often they are replayed", async () => {
      const result = await call(`${steps}/all`, { key: "k", decideAt: server.ingress });
      assert.deepEqual(result, { step: 1, count: 5, decision: "yes" });
      assert.equal(tally.steps, 1);
      if (suspends) assert.ok(tally.attempts > 1, "it was never suspended");
      else assert.equal(tally.attempts, 1);
    });

    it("keep state", async () => {
      assert.equal(await call(`${name}Counter/other/add`, 2), 2);
      assert.equal(await call(`${name}Counter/other/add`, 3), 5);
    });

    it("find what the platform passed along", async () => {
      assert.deepEqual(await call(`${steps}/platform`), extraArgs);
    });

    it("answer with a lot", async () => {
      const text = await call(`${steps}/bytes`, LARGE_CHARACTERS);
      assert.equal((text as string).length, LARGE_CHARACTERS);
    });
  });
}
