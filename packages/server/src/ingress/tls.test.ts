import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { afterEach, test } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { PortAccess } from "../access/port-access.js";
import { fileWith, openAccess, testTls } from "../access/port-access.test.kit.js";
import {
  OTHER_TEST_CERTIFICATE,
  OTHER_TEST_KEY,
  TEST_CERTIFICATE,
  TEST_KEY,
} from "../registry/certificate.test.kit.js";
import { openTestIngress, type TestIngress } from "./ingress.test.kit.js";

let ingress: TestIngress | undefined;
afterEach(async () => {
  await ingress?.close();
  ingress = undefined;
});

async function open(access: PortAccess): Promise<number> {
  ingress = await openTestIngress([], { access });
  return Number(new URL(ingress.url).port);
}

const ca = TEST_CERTIFICATE;
const HEALTH = "/restate/health";

/** Status and version of HTTP. */
function overHttp1(port: number, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path: HEALTH, ca, agent: false, ...options },
      (answer) => {
        answer.resume();
        answer.once("end", () => resolve(`${answer.statusCode} ${answer.httpVersion}`));
      },
    );
    sent.on("error", reject);
    sent.end();
  });
}

async function overHttp2(port: number): Promise<number> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca });
  const stream = session.request({ ":path": HEALTH });
  const [headers] = await once(stream, "response");
  stream.resume();
  await once(stream, "end");
  session.close();
  return headers[":status"];
}

function connected(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ca, ...options }, () => resolve(socket));
    socket.on("error", reject);
  });
}

test("HTTP/2 and HTTP/1.1 over TLS share a port", async () => {
  const port = await open(openAccess({ tls: testTls() }));
  assert.equal(await overHttp1(port), "200 1.1");
  assert.equal(await overHttp2(port), 200);
});

test("in the clear nothing is answered", async () => {
  const port = await open(openAccess({ tls: testTls() }));
  await assert.rejects(fetch(`http://127.0.0.1:${port}${HEALTH}`));
});

test("TLS is 1.2 or newer", async () => {
  const port = await open(openAccess({ tls: testTls() }));
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  await assert.rejects(connected(port, old));
  const socket = await connected(port, { maxVersion: "TLSv1.2" });
  assert.equal(socket.getProtocol(), "TLSv1.2");
  socket.destroy();
});

test("with authorities for clients nobody comes in without a certificate of theirs", async () => {
  const port = await open(openAccess({ tls: { ...testTls(), clientCaFile: fileWith(TEST_CERTIFICATE) } }));
  await assert.rejects(overHttp1(port));
  assert.equal(await overHttp1(port, { cert: TEST_CERTIFICATE, key: TEST_KEY }), "200 1.1");
});

test("a changed certificate is shown to new connections, without a restart", async () => {
  const tls = testTls();
  const access = openAccess({ tls });
  const port = await open(access);
  const changed = new Promise<void>((resolve) => {
    const take = access.onTlsChange;
    access.onTlsChange = (material) => {
      take(material);
      resolve();
    };
  });
  writeFileSync(tls.keyFile as string, OTHER_TEST_KEY);
  writeFileSync(tls.certFile as string, OTHER_TEST_CERTIFICATE);
  await changed;
  const socket = await connected(port, { ca: OTHER_TEST_CERTIFICATE });
  assert.equal(socket.authorized, true);
  socket.destroy();
  await assert.rejects(overHttp1(port));
});
