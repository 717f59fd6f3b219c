/** Tokens as the official CLI sends them, and signed requests as the official SDK checks them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as restate from "@restatedev/restate-sdk";
import { OFFICIAL_CLI } from "../harness/paths.mjs";
import { removeDirectory, temporaryDirectory } from "../harness/processes.mjs";
import { startServer } from "../harness/servers.mjs";

const TOKEN = "0123456789abcdef";
const WITHIN_MS = 30_000;

describe("access", () => {
  const endpoints = [];
  let directory;
  let server;
  let publicKey;

  before(async () => {
    directory = temporaryDirectory();
    const file = join(directory, "identity.pem");
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }));
    server = await startServer("pawl", {
      settings: `worker.invoker.request-identity-private-key-pem-file = "${file}"`,
      adminSettings: `auth-tokens = ["${TOKEN}"]`,
    });
    const answer = await fetch(`${server.adminUrl}/request-identity`, { headers });
    publicKey = (await answer.json()).public_key;
  });

  after(async () => {
    for (const endpoint of endpoints) {
      endpoint.close();
      endpoint.closeAllConnections?.();
    }
    await server?.stop();
    if (directory !== undefined) removeDirectory(directory);
  });

  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };

  /** An endpoint of the official SDK that takes requests of this key only, and what it answered with. */
  async function endpoint(name, identityKey, { http1 = false, path = "" } = {}) {
    const services = [restate.service({ name, handlers: { hello: async (_, who) => `Hello ${who}` } })];
    const identityKeys = [identityKey];
    const handle = restate.createEndpointHandler({
      services,
      identityKeys,
      ...(http1 && { bidirectional: false }),
    });
    const statuses = [];
    const listener = (request, response) => {
      response.once("close", () => statuses.push(`${request.url} ${response.statusCode}`));
      handle(request, response);
    };
    const listening = http1 ? createHttp1Server(listener) : createHttp2Server(listener);
    endpoints.push(listening);
    await new Promise((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return { uri: `http://127.0.0.1:${listening.address().port}${path}`, statuses };
  }

  async function register({ uri }, http1 = false) {
    const body = JSON.stringify({ uri, use_http_11: http1 });
    const answer = await fetch(`${server.adminUrl}/deployments`, { method: "POST", headers, body });
    return { status: answer.status, body: await answer.json() };
  }

  function call(path) {
    return fetch(`${server.ingressUrl}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"Pete"',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
  }

  for (const options of [{}, { http1: true }, { path: "/below/this" }]) {
    const name = `Signed${options.http1 ? "1" : "2"}${options.path ? "Below" : ""}`;
    it(`the official SDK takes requests that are signed: ${name}`, async () => {
      const one = await endpoint(name, publicKey, options);
      const registered = await register(one, options.http1);
      assert.equal(registered.status, 201, JSON.stringify(registered.body));
      const answer = await call(`${name}/hello`);
      assert.deepEqual([answer.status, await answer.json()], [200, "Hello Pete"]);
    });
  }

  it("the official SDK refuses requests of another key", async () => {
    const foreign = await endpoint("Foreign", "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f");
    const { status, body } = await register(foreign);
    assert.ok(status >= 400, JSON.stringify(body));
    assert.equal(body.restate_code, "META0003");
    assert.match(body.message, /401/);
    assert.deepEqual([...new Set(foreign.statuses)], ["/discover 401"]);
  });

  /** @param {Record<string, string>} env */
  function cli(env, ...args) {
    return new Promise((resolve) => {
      const all = {
        PATH: process.env.PATH,
        HOME: directory,
        RESTATE_CLI_CONFIG_HOME: directory,
        RESTATE_ADMIN_URL: server.adminUrl,
        RESTATE_INGRESS_URL: server.ingressUrl,
        DO_NOT_TRACK: "1",
        NO_COLOR: "1",
        ...env,
      };
      const options = { env: all, cwd: directory, encoding: "utf8", timeout: WITHIN_MS };
      execFile(OFFICIAL_CLI, args, options, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, text: stdout + stderr }),
      );
    });
  }

  it("the official CLI is let in with the token, and not without it", async () => {
    const one = await endpoint("OfCli", publicKey);
    const withToken = { RESTATE_AUTH_TOKEN: TOKEN };
    const registered = await cli(withToken, "deployments", "register", "-y", one.uri);
    assert.equal(registered.code, 0, registered.text);
    const services = await cli(withToken, "services", "list");
    assert.equal(services.code, 0, services.text);
    assert.match(services.text, /OfCli/);
    for (const env of [{}, { RESTATE_AUTH_TOKEN: "fedcba9876543210" }]) {
      const refused = await cli(env, "services", "list");
      assert.notEqual(refused.code, 0, refused.text);
      assert.doesNotMatch(refused.text, /OfCli/);
    }
  });
});
