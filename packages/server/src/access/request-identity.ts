import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { AccessError } from "./access-error.js";
import { encodeBase58 } from "./base58.js";
import { readSecretFile } from "./secret-files.js";

const SETTING = "worker.invoker.request-identity-private-key-pem-file";
const PUBLIC_KEY_PREFIX = "publickeyv1_";

/** Of `x-restate-signature-scheme`. */
export const SIGNATURE_SCHEME = "v1";

/** What a token says is this much of its time old at most when it is sent: clocks of endpoints may differ by the rest. */
const RENEWAL_PART = 10;

/**
 * The key with which this server shows endpoints that a request is its own: a signed token (JWT) for the path that is asked
 * for. Source: Restate 1.7 as observed, docs/compatibility.md.
 */
export class RequestIdentity {
  /** What endpoints are given: `publickeyv1_...`. */
  readonly publicKey: string;
  readonly #key: KeyObject;
  readonly #head: string;
  readonly #expirationMs: number;

  /**
   * @param pem an Ed25519 key, PKCS #8
   * @param expirationMs how long before and after its making a token is good
   * @throws Error when the text is no such key
   */
  constructor(pem: string, expirationMs: number) {
    this.#key = createPrivateKey(pem);
    if (this.#key.asymmetricKeyType !== "ed25519") {
      throw new Error(`it is a key of ${this.#key.asymmetricKeyType}`);
    }
    const { x = "" } = createPublicKey(this.#key).export({ format: "jwk" });
    this.publicKey = PUBLIC_KEY_PREFIX + encodeBase58(Buffer.from(x, "base64url"));
    this.#head = part({ typ: "JWT", alg: "EdDSA", kid: this.publicKey });
    this.#expirationMs = expirationMs;
  }

  /** @param path `/invoke/Service/handler` or `/discover`, as it is sent, without what stands before it */
  forPath(path: string): PathSignature {
    return new PathSignature((now) => this.#sign(path, now), this.#expirationMs / RENEWAL_PART);
  }

  #sign(path: string, nowMs: number): string {
    const now = Math.floor(nowMs / 1000);
    const expiration = Math.max(1, Math.floor(this.#expirationMs / 1000));
    const claims = { aud: path, iat: now, nbf: now - expiration, exp: now + expiration };
    const signed = `${this.#head}.${part(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.#key).toString("base64url")}`;
  }
}

/** The token for one path. It is signed once for all requests of a while. */
export class PathSignature {
  readonly #sign: (now: number) => string;
  readonly #renewAfterMs: number;
  #token = "";
  #signedAt = Number.NEGATIVE_INFINITY;

  constructor(sign: (now: number) => string, renewAfterMs: number) {
    this.#sign = sign;
    this.#renewAfterMs = renewAfterMs;
  }

  /** @param now unix milliseconds */
  token(now: number): string {
    // Also when the clock was set back: the token would be of the future.
    if (now - this.#signedAt > this.#renewAfterMs || now < this.#signedAt) {
      this.#token = this.#sign(now);
      this.#signedAt = now;
    }
    return this.#token;
  }
}

/** @throws AccessError */
export function readRequestIdentity(path: string, expirationMs: number): RequestIdentity {
  const pem = readSecretFile(SETTING, path);
  try {
    return new RequestIdentity(pem, expirationMs);
  } catch (cause) {
    throw new AccessError(
      SETTING,
      `there is no private Ed25519 key (PKCS #8, PEM) in ${path}: ${(cause as Error).message}. Make one with "openssl genpkey -algorithm ed25519"`,
      { cause },
    );
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
