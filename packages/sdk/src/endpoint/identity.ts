import { decodeBase58 } from "./base58.js";
import { type Ed25519Key, ed25519Key } from "./ed25519.js";

/**
 * Request identity, version 1: the server signs each request with a JSON Web Token (EdDSA over Ed25519) whose audience is
 * the path. Source: the public sdk-shared-core and the headers of Restate 1.7 as observed.
 */
const KEY_PREFIX = "publickeyv1_";
const KEY_BYTES = 32;
const SCHEME_HEADER = "x-restate-signature-scheme";
const TOKEN_HEADER = "x-restate-jwt-v1";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Why a request is refused; undefined: it is not. */
export type Refusal = string | undefined;

interface Claims {
  readonly aud?: unknown;
  readonly exp?: unknown;
  readonly iat?: unknown;
  readonly nbf?: unknown;
}

/** Tells requests of a server that holds one of the private keys from all others. */
export class IdentityVerifier {
  readonly #keys: readonly Ed25519Key[];

  /**
   * @param keys `publickeyv1_...`, as the server logs it when it starts; any of them may have signed
   * @throws TypeError on a key that is none
   */
  constructor(keys: readonly string[], createKey: (raw: Uint8Array) => Ed25519Key = ed25519Key) {
    this.#keys = keys.map((key) => createKey(bytesOf(key)));
  }

  /**
   * @param path without a query
   * @param now unix milliseconds; the token must be valid at that time, to the second
   * @returns why the request is refused; undefined if it is genuine. A promise where the platform's cryptography promises.
   */
  refusal(path: string, headers: Headers, now: number): Refusal | Promise<Refusal> {
    const scheme = headerOf(headers, SCHEME_HEADER);
    if (scheme === undefined) return `the header ${SCHEME_HEADER} is missing`;
    if (scheme === "unsigned") return "the request is not signed; the server has no private key";
    if (scheme !== "v1") return `the signature scheme '${scheme}' is not known`;
    const token = headerOf(headers, TOKEN_HEADER);
    if (token === undefined) return `the header ${TOKEN_HEADER} is missing`;
    return this.#refuseToken(token, audienceOf(path), now / 1000);
  }

  #refuseToken(token: string, audience: string, nowSeconds: number): Refusal | Promise<Refusal> {
    const [header, payload, signature, ...more] = token.split(".");
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
      return "the token is not a JWT";
    }
    if (parse(header)?.alg !== "EdDSA") return "the token is not signed with EdDSA";
    const bytes = decodeBase64Url(signature);
    if (bytes === undefined) return "the token's signature is not base64url";
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    const judge = (verified: readonly boolean[]): Refusal =>
      verified.includes(true)
        ? refuseClaims(parse(payload) ?? {}, audience, nowSeconds)
        : "the token's signature is by none of the configured keys";
    const verified = this.#keys.map((key) => key.verifies(signed, bytes));
    return verified.every((answer) => typeof answer === "boolean")
      ? judge(verified)
      : Promise.all(verified).then(judge);
  }
}

/** As the official SDK does it: all four claims are there, and times are taken without leeway. */
function refuseClaims({ aud, exp, iat, nbf }: Claims, audience: string, now: number): Refusal {
  if (typeof iat !== "number" || typeof exp !== "number" || typeof nbf !== "number") {
    return "the token lacks one of the times iat, nbf and exp";
  }
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(audience)) return `the token is for '${String(aud)}', not for '${audience}'`;
  if (exp < Math.floor(now)) return "the token has expired; are the clocks right?";
  if (nbf > Math.floor(now)) return "the token is not valid yet; are the clocks right?";
  return undefined;
}

/** What paths end with. */
const ROUTES = [/\/invoke\/[^/]*\/[^/]*$/, /\/discover$/, /\/serdes\/[^/]*\/(?:en|de)code\/.+$/];

/** The server signs the path that it knows; a proxy may have put a prefix in front. */
function audienceOf(path: string): string {
  for (const route of ROUTES) {
    const match = route.exec(path);
    if (match !== null) return match[0];
  }
  return path;
}

function bytesOf(key: string): Uint8Array {
  if (!key.startsWith(KEY_PREFIX)) {
    throw new TypeError(`The identity key '${key}' does not begin with ${KEY_PREFIX}.`);
  }
  const bytes = decodeBase58(key.slice(KEY_PREFIX.length));
  if (bytes?.length !== KEY_BYTES) {
    throw new TypeError(`The identity key '${key}' is not base58 of ${KEY_BYTES} bytes.`);
  }
  return bytes;
}

function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function parse(part: string): (Claims & { readonly alg?: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(decodeBase64Url(part)));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function decodeBase64Url(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
