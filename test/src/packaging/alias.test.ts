import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { transform } from "esbuild";
import { prepareServer, type TestServer, temporaryDirectory } from "../processes.js";
import { checkTypes, execute, install, pack, root } from "./installed.js";

const directory = temporaryDirectory();
const project = join(directory, "project");

const expected = [
  "Hello Ada",
  "HEY",
  2,
  2,
  "Accepted",
  5,
  "Accepted",
  false,
  "1 book, in cash",
  "1 book, in cash",
  "PreviouslyAccepted",
  "1 book, in cash",
  "Hello Bob",
  418,
];

describe("a program written for the official packages", () => {
  let server: TestServer;

  before(async () => {
    const tarballs = {
      "@pawl/http2": await pack("http2", directory),
      "@pawl/protocol": await pack("protocol", directory),
      "@pawl/sdk": await pack("sdk", directory),
      "@restatedev/restate-sdk-clients": await pack("client", directory),
      "@restatedev/restate-sdk-core": await pack("core", directory),
    };
    await install(project, { ...tarballs, "@restatedev/restate-sdk": tarballs["@pawl/sdk"] });
    const program = readFileSync(join(root, "test", "programs", "official.ts"), "utf8");
    writeFileSync(join(project, "program.ts"), program);
    const { code } = await transform(program, { loader: "ts", format: "esm", target: "es2022" });
    writeFileSync(join(project, "program.js"), code);
    server = await prepareServer();
    await server.process.start();
  });
  after(async () => {
    await server?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const [name, options] of Object.entries({
    "as Node does": { module: "nodenext" },
    "as bundlers do": { module: "esnext", moduleResolution: "bundler" },
  })) {
    it(`has the types that it expects, resolved ${name}`, () => checkTypes(project, options));
  }

  it("runs, and is answered as it expects", async () => {
    const output = await execute(project, "program.js", { ADMIN: server.admin, INGRESS: server.ingress });
    assert.deepEqual(JSON.parse(output.trim().split("\n").at(-1)!), expected);
  });
});
