import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load.js";
import { TEST_CERTIFICATE } from "../registry/certificate.test.kit.js";
import { exposureWarnings } from "./exposure.js";
import { fileWith, NO_TLS, openAccess, testTls } from "./port-access.test.kit.js";

const [OLD, NEW] = ["0123456789abcdef", "fedcba9876543210"];

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("without tokens everybody may come", () => {
  const access = openAccess({});
  assert.deepEqual([access.tokens, access.tls], [null, null]);
});

test("tokens come from the setting and from the file, which is read again when it changes", async () => {
  const authTokensFile = fileWith(`# of the year\n\n${OLD}\n`);
  const { tokens } = openAccess({ authTokens: ["of-the-setting-0123"], authTokensFile });
  assert.equal(tokens?.allow(`Bearer ${OLD}`), true);
  assert.equal(tokens?.allow("Bearer of-the-setting-0123"), true);
  writeFileSync(authTokensFile, `${NEW}  \r\n`);
  await until(() => tokens?.allow(`Bearer ${NEW}`) === true);
  assert.equal(tokens?.allow(`Bearer ${OLD}`), false);
});

test("a file without tokens opens nothing: not at the start, and not later", () => {
  assert.throws(
    () => openAccess({ authTokensFile: fileWith("# none\n") }),
    /ingress\.auth-tokens-file: there is no token/,
  );
  assert.throws(
    () => openAccess({ authTokensFile: fileWith(`${OLD}\nshort\n`) }),
    /line 2 of .* is no token/,
  );
  assert.throws(() => openAccess({ authTokensFile: "/nowhere/at/all" }), /cannot be read: ENOENT/);
  const authTokensFile = fileWith(OLD);
  const warnings: string[] = [];
  const access = openAccess({ authTokensFile }, (message) => warnings.push(message));
  writeFileSync(authTokensFile, "");
  access.reload();
  assert.match(warnings[0] ?? "", /there is no token .* What was read before goes on$/);
  assert.equal(access.tokens?.allow(`Bearer ${OLD}`), true);
});

test("a key that does not belong to the certificate is refused; a half-written one changes nothing", () => {
  const tls = testTls();
  assert.throws(
    () => openAccess({ tls: { ...tls, keyFile: fileWith("rubbish") } }),
    /ingress\.tls: the files cannot be used/,
  );
  const warnings: string[] = [];
  const access = openAccess({ tls }, (message) => warnings.push(message));
  writeFileSync(tls.certFile as string, TEST_CERTIFICATE.slice(0, 200));
  access.reload();
  assert.equal(access.tls?.cert, TEST_CERTIFICATE);
  assert.equal(warnings.length, 1);
});

test("ports beyond this machine are warned of, unless they ask for something and are encrypted", () => {
  const defaults = loadConfig({});
  const withIngress = (host: string, more: Partial<Config["ingress"]> = {}): string[] =>
    exposureWarnings({
      ...defaults,
      ingress: { ...defaults.ingress, bindAddress: { host, port: 1 }, ...more },
    });
  for (const host of ["127.0.0.1", "127.8.0.1", "localhost", "::1"]) assert.deepEqual(withIngress(host), []);
  const tls = { ...NO_TLS, certFile: "c", keyFile: "k" };
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "example.org"]) {
    assert.match(
      withIngress(host).join(),
      /^everybody who reaches .* can call services: set ingress\.auth-tokens/,
    );
    assert.match(withIngress(host, { tls }).join(), /^everybody/);
    assert.match(withIngress(host, { authTokens: [OLD] }).join(), /travel in the clear/);
    assert.deepEqual(withIngress(host, { authTokens: [OLD], tls }), []);
    assert.deepEqual(withIngress(host, { tls: { ...tls, clientCaFile: "ca" } }), []);
  }
});
