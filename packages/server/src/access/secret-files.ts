import { readFileSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import { createSecureContext } from "node:tls";
import type { TlsConfig } from "../config/config.js";
import { AccessError } from "./access-error.js";
import { isToken, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH } from "./bearer-tokens.js";

/** @throws AccessError */
export function readSecretFile(key: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AccessError(key, `it cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/**
 * A token a line. Empty lines, and those that begin with #, mean nothing.
 * @throws AccessError
 */
export function readTokenFile(key: string, path: string): string[] {
  const lines = readSecretFile(key, path)
    .split("\n")
    .map((line) => line.trim());
  const tokens: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "" || line.startsWith("#")) continue;
    if (!isToken(line)) {
      throw new AccessError(
        key,
        `line ${index + 1} of ${path} is no token: it takes ${MIN_TOKEN_LENGTH} to ${MAX_TOKEN_LENGTH} letters, digits or -._~+/`,
      );
    }
    tokens.push(line);
  }
  // An empty file must not open the port.
  if (tokens.length === 0) throw new AccessError(key, `there is no token in ${path}: write one a line`);
  return tokens;
}

export type TlsMaterial = Required<Pick<SecureContextOptions, "cert" | "key">> &
  Pick<SecureContextOptions, "ca">;

/**
 * What a port needs for TLS; null: it has none.
 *
 * @param section `ingress` or `admin`, for messages
 * @throws AccessError when a file cannot be read, is no PEM, or key and certificate are no pair
 */
export function readTlsFiles(
  section: string,
  { certFile, keyFile, clientCaFile }: TlsConfig,
): TlsMaterial | null {
  if (certFile === null || keyFile === null) return null;
  const material = {
    cert: readSecretFile(`${section}.tls.cert-file`, certFile),
    key: readSecretFile(`${section}.tls.key-file`, keyFile),
    ...(clientCaFile !== null && { ca: readSecretFile(`${section}.tls.client-ca-file`, clientCaFile) }),
  };
  try {
    createSecureContext(material);
  } catch (cause) {
    throw new AccessError(
      `${section}.tls`,
      `the files cannot be used: ${(cause as Error).message}. Certificate chain and key must be PEM, and belong together`,
      { cause },
    );
  }
  return material;
}
