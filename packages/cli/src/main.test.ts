import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { PawlProcess, temporaryDirectory } from "./process.test.kit.js";

const directory = temporaryDirectory();
after(() => directory.remove());
let directories = 0;

/** Not there yet. */
function baseDir(): string {
  return join(directory.path, String(directories++));
}

const ANY_PORTS = { PAWL_INGRESS__BIND_ADDRESS: "127.0.0.1:0", PAWL_ADMIN__BIND_ADDRESS: "127.0.0.1:0" };

let running: PawlProcess[] = [];
afterEach(async () => {
  for (const pawl of running) {
    pawl.signal("SIGKILL");
    await pawl.exit();
  }
  running = [];
});

function server(path: string, env: Record<string, string> = ANY_PORTS): PawlProcess {
  const pawl = new PawlProcess(["server", "--base-dir", path], env);
  running.push(pawl);
  return pawl;
}

test("help and version", async () => {
  for (const [args, pattern] of [
    [["--help"], /Usage: pawl <command>/],
    [["--version"], /^\d+\.\d+\.\d+\n$/],
    [["server", "--help"], /Usage: pawl server \[options\]/],
    [["backup", "--help"], /Usage: pawl backup DIR/],
    [["restore", "--help"], /Usage: pawl restore DIR/],
    [["identity", "--help"], /Usage: pawl identity/],
    [["server", "--version"], /^\d+\.\d+\.\d+\n$/],
  ] as const) {
    const pawl = new PawlProcess(args);
    assert.equal(await pawl.exit(), 0);
    assert.match(pawl.stdout, pattern);
    assert.equal(pawl.stderr, "");
  }
});

test("commands and options that do not exist", async () => {
  for (const [args, pattern] of [
    [[], /Usage: pawl <command>/],
    [["serve"], /^pawl: there is no command "serve"/],
    [["server", "--base-dri", "x"], /^pawl server: Unknown option '--base-dri'[\s\S]*"pawl server --help"/],
    [["backup"], /^pawl backup: DIR is missing\n"pawl backup --help"/],
    [["restore", "a", "b"], /^pawl restore: Unexpected argument .b./],
    [
      ["backup", "x", "--admin-url", "http://127.0.0.1:1"],
      /^pawl backup: no answer from .*Is the server running/,
    ],
    [["server", "here"], /^pawl server: Unexpected argument 'here'/],
  ] as const) {
    const pawl = new PawlProcess(args);
    assert.equal(await pawl.exit(), 1);
    assert.match(pawl.stderr, pattern);
    assert.equal(pawl.stdout, "");
  }
});

test("a configuration that is not right stops it before anything is opened", async () => {
  const path = baseDir();
  const pawl = server(path, { PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT: "soon" });
  assert.equal(await pawl.exit(), 1);
  assert.match(
    pawl.stderr,
    /^pawl server: the configuration is not right \[RT0002\]\nworker\.invoker\.inactivity-timeout \(environment variable PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT\): "soon"/,
  );
  assert.equal(existsSync(path), false);
});

test("a file is read, and what is ignored is said", async () => {
  const file = join(directory.path, "pawl.toml");
  const path = baseDir();
  writeFileSync(
    file,
    `base-dir = "${path}"\ningress.bind-address = "127.0.0.1:0"\nadmin.bind-address = "127.0.0.1:0"`,
  );
  const pawl = new PawlProcess(["server", "-c", file], { RESTATE_NODE_NAME: "x" });
  running.push(pawl);
  await pawl.addresses();
  assert.equal(existsSync(path), true);
  const told = pawl.stderr.match(/node-name \(environment variable RESTATE_NODE_NAME\) is ignored/g);
  assert.equal(told?.length, 1, pawl.stderr);
});

test("a server runs until it is told to stop", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const pawl = server(baseDir());
    const { ingress, admin } = await pawl.addresses();
    assert.equal((await fetch(`${ingress}/restate/health`)).status, 200);
    const version = (await (await fetch(`${admin}/version`)).json()) as { ingress_endpoint: string };
    assert.equal(version.ingress_endpoint, `${ingress}/`);
    pawl.signal(signal);
    assert.equal(await pawl.exit(), 0);
    assert.match(pawl.stdout, new RegExp(`${signal}: stopping`));
  }
});

test("a second signal ends it at once", async () => {
  const pawl = server(baseDir());
  const { port } = new URL((await pawl.addresses()).admin);
  // A request whose body never comes keeps the server waiting.
  const client = connect(Number(port), "127.0.0.1");
  client.on("error", () => {});
  const head =
    "POST /deployments HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
  await new Promise((resolve) => client.write(head, resolve));
  await new Promise((resolve) => setTimeout(resolve, 200));
  pawl.signal("SIGTERM");
  await pawl.printed(/stopping/);
  pawl.signal("SIGTERM");
  assert.equal(await pawl.exit(), 130);
  client.destroy();
});

test("a data directory in use is left alone", async () => {
  const path = baseDir();
  await server(path).addresses();
  const second = server(path);
  assert.equal(await second.exit(), 1);
  assert.match(second.stderr, /^pawl server: The data directory .* is in use by another process/);
});

test("a data directory that cannot be made", async () => {
  const file = join(directory.path, "file");
  writeFileSync(file, "");
  const pawl = server(join(file, "below"));
  assert.equal(await pawl.exit(), 1);
  assert.match(pawl.stderr, /^pawl server: base-dir: ENOTDIR/);
});

test("a port in use is told with its setting", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  for (const [variable, key] of [
    ["PAWL_INGRESS__BIND_ADDRESS", "ingress.bind-address"],
    ["PAWL_ADMIN__BIND_ADDRESS", "admin.bind-address"],
  ] as const) {
    const pawl = server(baseDir(), { ...ANY_PORTS, [variable]: taken });
    assert.equal(await pawl.exit(), 1);
    assert.equal(
      pawl.stderr,
      `pawl server: ${key}: cannot listen on ${taken}: another process listens there. Stop it, or set another port\n`,
    );
  }
  other.close();
});

test("a host that does not exist is told with its setting", async () => {
  const pawl = server(baseDir(), { ...ANY_PORTS, PAWL_ADMIN__BIND_ADDRESS: "nowhere.invalid:0" });
  assert.equal(await pawl.exit(), 1);
  assert.match(pawl.stderr, /^pawl server: admin\.bind-address: cannot listen on nowhere\.invalid: /);
});

test("the key that requests are signed by is printed at start and by the command", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const file = join(directory.path, "identity.pem");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }));
  const pawl = server(baseDir(), {
    ...ANY_PORTS,
    PAWL_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: file,
  });
  const { admin } = await pawl.addresses();
  const [, key] = await pawl.printed(/signed by (publickeyv1_\S+)\n/);
  const identity = new PawlProcess(["identity", "--admin-url", admin]);
  assert.equal(await identity.exit(), 0);
  assert.equal(identity.stdout, `${key}\n`);
});

test("files for access that cannot be used are told with their setting", async () => {
  const file = join(directory.path, "rubbish");
  writeFileSync(file, "rubbish");
  for (const [env, pattern] of [
    [
      { PAWL_INGRESS__AUTH_TOKENS_FILE: file },
      /^pawl server: ingress\.auth-tokens-file: line 1 of .* is no token/,
    ],
    [
      { PAWL_ADMIN__TLS__CERT_FILE: file, PAWL_ADMIN__TLS__KEY_FILE: file },
      /^pawl server: admin\.tls: the files cannot be used/,
    ],
    [
      { PAWL_WORKER__INVOKER__REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: file },
      /^pawl server: worker\.invoker\.request-identity-private-key-pem-file: there is no private Ed25519 key/,
    ],
  ] as const) {
    const pawl = server(baseDir(), { ...ANY_PORTS, ...env });
    assert.equal(await pawl.exit(), 1);
    assert.match(pawl.stderr, pattern);
  }
});

test("SIGHUP reads the tokens again", async () => {
  const file = join(directory.path, "tokens");
  writeFileSync(file, "0123456789abcdef");
  const pawl = server(baseDir(), { ...ANY_PORTS, PAWL_ADMIN__AUTH_TOKENS_FILE: file });
  const { admin } = await pawl.addresses();
  const statusWith = async (token: string): Promise<number> => {
    const answer = await fetch(`${admin}/version`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
  };
  assert.equal(await statusWith("0123456789abcdef"), 200);
  writeFileSync(file, "fedcba9876543210");
  pawl.signal("SIGHUP");
  while ((await statusWith("fedcba9876543210")) !== 200)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await statusWith("0123456789abcdef"), 401);
});
