import { createHash, timingSafeEqual } from "node:crypto";

/** Shorter ones could be guessed over the network. */
export const MIN_TOKEN_LENGTH = 16;
/** Longer headers are refused before they are hashed. */
export const MAX_TOKEN_LENGTH = 1024;

/** What may stand behind "Bearer ". Source: RFC 6750, section 2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const SCHEME = /^bearer +/i;

export function isToken(text: string): boolean {
  return text.length >= MIN_TOKEN_LENGTH && text.length <= MAX_TOKEN_LENGTH && TOKEN.test(text);
}

/**
 * The tokens that open a port: any of them does, so that a new one can be handed out before the old one goes. Only their
 * hashes are kept, and comparing takes as long whatever is compared.
 */
export class BearerTokens {
  #digests: readonly Buffer[] = [];

  constructor(tokens: readonly string[]) {
    this.replace(tokens);
  }

  replace(tokens: readonly string[]): void {
    this.#digests = tokens.map(digestOf);
  }

  /** @param authorization the header of a request */
  allow(authorization: string | undefined): boolean {
    if (authorization === undefined) return false;
    const token = authorization.replace(SCHEME, "");
    if (token === authorization || token.length > MAX_TOKEN_LENGTH) return false;
    const digest = digestOf(token);
    let isAllowed = false;
    for (const known of this.#digests) isAllowed = timingSafeEqual(known, digest) || isAllowed;
    return isAllowed;
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
