import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import { encodeBase58 } from "./base58.js";
import { RequestIdentity } from "./request-identity.js";

const NOW = 1_700_000_000_500;

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { pem: privateKey.export({ format: "pem", type: "pkcs8" }) as string, publicKey };
}

function decode(token: string) {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const parsed = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return {
    head: parsed(head),
    claims: parsed(claims),
    signed: Buffer.from(`${head}.${claims}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

test("base 58 as in its draft's examples", () => {
  assert.equal(encodeBase58(Buffer.from("Hello World!")), "2NEpo7TZRRrLZSi2U");
  assert.equal(encodeBase58(Buffer.from("0000287fb4cd", "hex")), "11233QC4");
  assert.equal(encodeBase58(Buffer.from([0, 0])), "11");
});

test("a token is for one path and a time around now, and signed by the key that its head names", () => {
  const { pem, publicKey } = newKey();
  const identity = new RequestIdentity(pem, 60_000);
  const { head, claims, signed, signature } = decode(identity.forPath("/invoke/Greeter/greet").token(NOW));
  assert.deepEqual(head, { typ: "JWT", alg: "EdDSA", kid: identity.publicKey });
  const iat = Math.floor(NOW / 1000);
  assert.deepEqual(claims, { aud: "/invoke/Greeter/greet", iat, nbf: iat - 60, exp: iat + 60 });
  assert.ok(verify(null, signed, publicKey, signature));
  const raw = Buffer.from(createPublicKey(pem).export({ format: "jwk" }).x as string, "base64url");
  assert.equal(identity.publicKey, `publickeyv1_${encodeBase58(raw)}`);
});

test("a path is signed once for a while, and again when the clock was set back", () => {
  const path = new RequestIdentity(newKey().pem, 60_000).forPath("/discover");
  const first = path.token(NOW);
  assert.equal(path.token(NOW + 6_000), first);
  const second = path.token(NOW + 6_001);
  assert.notEqual(second, first);
  assert.equal(decode(path.token(NOW)).claims.iat, Math.floor(NOW / 1000));
});

test("other keys are refused", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  assert.throws(() => new RequestIdentity(pem, 60_000), /it is a key of ec/);
  assert.throws(() => new RequestIdentity("rubbish", 60_000));
});
