import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { type FrontDoor, openFetchDoor } from "../endpoints/front-doors.js";
import { prepareServer, type TestServer } from "../processes.js";

/** A program of one service on the fetch entry, minified. Workers start faster the less there is of it. */
const BUNDLE_BUDGET_BYTES = 110 * 1024;

const program = `
  import { createEndpointHandler, service } from "@pawl/sdk/fetch";
  const greeter = service({
    name: "Greeter",
    handlers: {
      greet: async (ctx, name) => {
        const greeting = await ctx.run("greet", async () => "Hello " + name);
        await ctx.sleep(1);
        return greeting + " " + ctx.rand.uuidv4().length;
      },
    },
  });
  globalThis.handler = createEndpointHandler({ services: [greeter] });
`;

/** Bundles without knowing any platform: an import of something of Node's would fail. */
async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: "es2022",
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

/** What a worker finds: the web's names, and none of Node's. */
function createWorker(): { handler?: (request: Request) => Promise<Response> } {
  const { AbortController, AbortSignal, ByteLengthQueuingStrategy, Headers, ReadableStream } = globalThis;
  const { Request, Response, TextDecoder, TextEncoder, URL, console, crypto, performance } = globalThis;
  const { clearTimeout, queueMicrotask, setTimeout } = globalThis;
  return createContext({
    ...{ AbortController, AbortSignal, ByteLengthQueuingStrategy, Headers, ReadableStream },
    ...{ Request, Response, TextDecoder, TextEncoder, URL, console, crypto, performance },
    ...{ clearTimeout, queueMicrotask, setTimeout },
  });
}

for (const entry of ["@pawl/sdk/fetch", "@pawl/sdk/core", "@pawl/protocol", "@pawl/client"]) {
  it(`${entry} imports nothing of Node`, async () => {
    await bundle(`import * as entry from "${entry}"; console.log(entry);`);
  });
}

it("an import of Node would be noticed", async () => {
  await assert.rejects(bundle(`import * as entry from "@pawl/sdk/node"; console.log(entry);`), /node:/);
});

it("a program carries what it uses", async () => {
  const whole = await bundle(program);
  assert.ok(whole.length < BUNDLE_BUDGET_BYTES, `${whole.length} bytes`);
  const definitions = await bundle(`import { serde } from "@pawl/sdk/fetch"; console.log(serde.json);`);
  assert.ok(definitions.length < whole.length / 10, `${definitions.length} bytes`);
});

describe("a worker without anything of Node", () => {
  let server: TestServer;
  let door: FrontDoor;

  before(async () => {
    const worker = createWorker();
    runInContext(await bundle(program), worker);
    door = await openFetchDoor("HTTP/1.1", worker.handler!);
    server = await prepareServer();
    await server.process.start();
    await server.register(door.uri, { use_http_11: true });
  });
  after(async () => {
    door?.close();
    await server?.remove();
  });

  it("serves", async () => {
    const response = await fetch(`${server.ingress}/Greeter/greet`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify("Ada"),
    });
    assert.equal(await response.text(), '"Hello Ada 36"');
  });
});
