import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "node:test";
import type { PortConfig } from "../config/config.js";
import { TEST_CERTIFICATE, TEST_KEY } from "../registry/certificate.test.kit.js";
import { PortAccess } from "./port-access.js";

let directories: string[] = [];
let opened: PortAccess[] = [];
afterEach(() => {
  for (const access of opened) access.close();
  for (const directory of directories) rmSync(directory, { recursive: true });
  directories = [];
  opened = [];
});

/** Puts a text into a file of its own, which is gone after the test. */
export function fileWith(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "pawl-access-"));
  directories.push(directory);
  const path = join(directory, "file");
  writeFileSync(path, text);
  return path;
}

export const NO_TLS: PortConfig["tls"] = { certFile: null, keyFile: null, clientCaFile: null };

export function testTls(): PortConfig["tls"] {
  return { ...NO_TLS, certFile: fileWith(TEST_CERTIFICATE), keyFile: fileWith(TEST_KEY) };
}

/** Files are looked at often. */
export function openAccess(
  config: Partial<PortConfig>,
  warn: (message: string) => void = () => {},
): PortAccess {
  const access = new PortAccess({
    section: "ingress",
    config: {
      bindAddress: { host: "127.0.0.1", port: 0 },
      authTokens: [],
      authTokensFile: null,
      tls: NO_TLS,
      ...config,
    },
    warn,
    watchIntervalMs: 20,
  });
  opened.push(access);
  return access;
}
