import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { createServer as createHttp1Server, type IncomingHttpHeaders } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { test } from "node:test";
import { encodeFrames } from "@pawl/protocol";
import { RequestIdentity } from "../access/request-identity.js";
import type { HttpRequest, HttpResponse } from "../http/exchange.js";
import {
  attemptOn,
  DONE,
  END,
  http2Endpoint,
  listen,
  OUTPUT,
  RunningAttempt,
  testInvoker,
  V6,
} from "./harness.test.js";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;

for (const httpVersion of ["HTTP/2.0", "HTTP/1.1"] as const) {
  test(`requests over ${httpVersion} are signed for their path below the endpoint's, whatever its headers say`, async () => {
    const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
    const answer = (request: HttpRequest, response: HttpResponse): void => {
      seen.push({ url: request.url, headers: request.headers });
      request.resume();
      response.writeHead(200, { "content-type": V6 });
      response.end(encodeFrames([OUTPUT, END]));
    };
    const server = httpVersion === "HTTP/2.0" ? createHttp2Server(answer) : createHttp1Server(answer);
    const endpoint = http2Endpoint(`${await listen(server, "http")}/below`, {
      httpVersion,
      additionalHeaders: { "x-restate-jwt-v1": "forged" },
    });
    const invoker = testInvoker({ identity: new RequestIdentity(pem, 60_000) });
    assert.deepEqual(await new RunningAttempt(invoker, attemptOn(endpoint)).outcome(), DONE);
    const url = seen[0]?.url;
    const headers: IncomingHttpHeaders = seen[0]?.headers ?? {};
    assert.equal(headers["x-restate-signature-scheme"], "v1");
    const [head, claims, signature = ""] = String(headers["x-restate-jwt-v1"]).split(".");
    assert.ok(verify(null, Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url")));
    const { aud } = JSON.parse(Buffer.from(claims ?? "", "base64url").toString());
    assert.equal(url, `/below${aud}`);
    assert.match(aud, /^\/invoke\//);
  });
}
