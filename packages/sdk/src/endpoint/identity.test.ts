import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, it } from "node:test";
import { service } from "../definitions/service.js";
import { decodeBase58 } from "./base58.js";
import { webCryptoKey } from "./ed25519.js";
import { Endpoint } from "./endpoint.js";
import { createEndpointHandler as createFetchHandler } from "./fetch-handler.js";
import { IdentityVerifier } from "./identity.js";
import { createEndpointHandler as createLambdaHandler } from "./lambda-handler.js";

const NOW_MS = 1_700_000_000_000;
const NOW = NOW_MS / 1000;
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function encodeBase58(bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros < 0 ? bytes.length : zeros) + text;
}

function createKeys(): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url");
  return { privateKey, publicKey: `publickeyv1_${encodeBase58(raw)}` };
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function tokenOf(privateKey: KeyObject, claims: object = {}, header: object = {}): string {
  const head = part({ typ: "JWT", alg: "EdDSA", kid: "publickeyv1_x", ...header });
  const times = { iat: NOW, nbf: NOW - 60, exp: NOW + 60 };
  const signed = `${head}.${part({ aud: "/invoke/S/h", ...times, ...claims })}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
}

const headersOf = (token: string): Record<string, string> => ({
  "x-restate-signature-scheme": "v1",
  "x-restate-jwt-v1": token,
});

const ours = createKeys();
const others = createKeys();
const verifier = new IdentityVerifier([others.publicKey, ours.publicKey]);
const refusalOf = (token: string, path = "/invoke/S/h"): string => {
  const refusal = verifier.refusal(path, headersOf(token), NOW_MS) ?? "genuine";
  assert.ok(typeof refusal === "string", "Node's crypto answers at once");
  return refusal;
};

describe("request identity", () => {
  it("takes a token that any of the keys signed for this path", () => {
    assert.equal(refusalOf(tokenOf(ours.privateKey)), "genuine");
    assert.equal(refusalOf(tokenOf(others.privateKey, { aud: ["/x", "/invoke/S/h"] })), "genuine");
    assert.equal(refusalOf(tokenOf(ours.privateKey), "/prefix/invoke/S/h"), "genuine");
    assert.equal(refusalOf(tokenOf(ours.privateKey, { aud: "/discover" }), "/a/b/discover"), "genuine");
  });

  it("takes tokens for conversions by a serde, below any prefix", () => {
    const aud = "/serdes/S/decode/h/input";
    const token = tokenOf(ours.privateKey, { aud });
    assert.equal(refusalOf(token, `/prefix${aud}`), "genuine");
    assert.match(refusalOf(token, "/prefix/serdes/S/encode/h/input"), /is for '\/serdes\/S\/decode/);
  });

  it("refuses another path, another key, a changed token", () => {
    assert.match(refusalOf(tokenOf(ours.privateKey), "/invoke/S/other"), /is for '\/invoke\/S\/h'/);
    assert.match(refusalOf(tokenOf(createKeys().privateKey)), /none of the configured keys/);
    const [head, , signature] = tokenOf(ours.privateKey).split(".");
    const forged = part({ aud: "/invoke/S/h", iat: NOW, nbf: NOW, exp: NOW + 9e9 });
    assert.match(refusalOf(`${head}.${forged}.${signature}`), /none of the configured keys/);
  });

  it("takes times without leeway, to the second", () => {
    for (const [claims, refusal] of [
      [{ exp: NOW }, /genuine/],
      [{ exp: NOW - 1 }, /expired/],
      [{ nbf: NOW }, /genuine/],
      [{ nbf: NOW + 1 }, /not valid yet/],
      [{ exp: undefined }, /lacks/],
      [{ iat: undefined }, /lacks/],
      [{ nbf: "0" }, /lacks/],
      [{ aud: undefined }, /is for 'undefined'/],
    ] as const) {
      assert.match(refusalOf(tokenOf(ours.privateKey, claims)), refusal);
    }
  });

  it("refuses what is no such token", () => {
    assert.match(refusalOf("a.b"), /not a JWT/);
    assert.match(refusalOf("!.!.!"), /EdDSA/);
    assert.match(refusalOf(tokenOf(ours.privateKey, {}, { alg: "none" })), /EdDSA/);
    const refusal = (headers: Record<string, string>) =>
      verifier.refusal("/discover", headers, NOW_MS) as string;
    assert.match(refusal({}), /x-restate-signature-scheme is missing/);
    assert.match(refusal({ "x-restate-signature-scheme": "unsigned" }), /not signed/);
    assert.match(refusal({ "x-restate-signature-scheme": "v2" }), /'v2' is not known/);
    assert.match(refusal({ "x-restate-signature-scheme": "v1" }), /x-restate-jwt-v1 is missing/);
  });

  it("is the same with Web Crypto, which promises", async () => {
    const web = new IdentityVerifier([others.publicKey, ours.publicKey], webCryptoKey);
    const refusal = (privateKey: KeyObject) =>
      web.refusal("/invoke/S/h", headersOf(tokenOf(privateKey)), NOW_MS);
    assert.equal(await refusal(ours.privateKey), undefined);
    assert.match((await refusal(createKeys().privateKey)) ?? "", /none of the configured keys/);
  });

  it("refuses keys that are none", () => {
    assert.throws(() => new IdentityVerifier(["abc"]), /does not begin with publickeyv1_/);
    assert.throws(() => new IdentityVerifier(["publickeyv1_0OIl"]), /not base58 of 32 bytes/);
    assert.throws(() => new IdentityVerifier(["publickeyv1_abc"]), TypeError);
  });
});

describe("an endpoint with identity keys", () => {
  const endpoint = new Endpoint({
    services: [service({ name: "S", handlers: { h: async () => {} } })],
    identityKeys: [ours.publicKey],
    logger: () => {},
  });
  const statusOf = (path: string, headers: Record<string, string> = {}): number => {
    const answer = endpoint.handle({ path, headers, mode: "BIDI_STREAM" });
    assert.ok(answer.kind !== "exchange");
    return answer.status;
  };
  const now = Math.floor(Date.now() / 1000);
  const valid = { iat: now, nbf: now - 60, exp: now + 60 };

  it("answers 401 to everybody else, except for its health", () => {
    assert.equal(statusOf("/health"), 200);
    assert.equal(statusOf("/discover"), 401);
    assert.equal(statusOf("/invoke/S/h"), 401);
    assert.equal(
      statusOf("/discover", headersOf(tokenOf(ours.privateKey, { ...valid, aud: "/discover" }))),
      200,
    );
    const headers = {
      ...headersOf(tokenOf(ours.privateKey, valid)),
      "content-type": "application/vnd.restate.invocation.v6",
    };
    assert.equal(statusOf("/invoke/S/h?x=1", headers), 200);
  });

  it("does so behind fetch and Lambda, too", async () => {
    const options = {
      services: [service({ name: "S", handlers: {} })],
      identityKeys: [ours.publicKey],
      logger: () => {},
    };
    const overFetch = createFetchHandler(options);
    const overLambda = createLambdaHandler(options);
    const signed = headersOf(tokenOf(ours.privateKey, { ...valid, aud: "/discover" }));
    for (const [headers, status] of [
      [{}, 401],
      [signed, 200],
    ] as const) {
      assert.equal(
        (await overFetch(new Request("http://platform/below/discover", { headers }))).status,
        status,
      );
      assert.equal((await overLambda({ rawPath: "/stage/discover", headers }, {})).statusCode, status);
    }
  });

  it("says why", async () => {
    const answer = await endpoint.handleAsync({ path: "/discover", headers: {}, mode: "BIDI_STREAM" });
    assert.equal(answer.kind, "complete");
    const body = answer.kind === "complete" ? new TextDecoder().decode(answer.body) : "";
    assert.match(JSON.parse(body).message, /^Unauthorized: the header x-restate-signature-scheme is missing/);
  });
});

describe("base58", () => {
  it("decodes, leading zeros included", () => {
    for (const bytes of [[], [0], [0, 0, 1], [255, 0, 58], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]) {
      const text = bytes.length === 0 ? "" : encodeBase58(Uint8Array.from(bytes));
      assert.deepEqual(Array.from(decodeBase58(text)!), bytes);
    }
    assert.equal(decodeBase58("0"), undefined);
  });
});
