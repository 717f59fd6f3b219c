/** Real processes for tests: a server and endpoints, on free ports and a directory of their own, gone afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const READY_WITHIN_MS = 20_000;
const POLL_MS = 20;

const running = new Set<ChildProcess>();

// Whatever happened to the tests.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Below the ports that systems give to outgoing connections, which would take one that is free for a moment. */
const [FIRST_PORT, LAST_PORT] = [15_000, 32_000];

/** A port that nobody listens on now. It stays the same over restarts, so it is chosen beforehand. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "pawl-test-"));
}

/** A process that can be killed and started again with the same arguments. */
export class Restartable {
  #child: ChildProcess | undefined;
  #output = "";

  constructor(
    readonly args: readonly string[],
    readonly env: NodeJS.ProcessEnv,
    readonly isReady: () => Promise<boolean>,
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What it printed, for messages of failed tests. */
  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ["--enable-source-maps", ...this.args], {
      cwd: root,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.stdout.on("data", (data) => this.#keep(data));
    child.stderr.on("data", (data) => this.#keep(data));
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await this.isReady().catch(() => false))) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${this.#output}`);
      if (Date.now() > deadline) throw new Error(`it is not ready:\n${this.#output}`);
      await pause(POLL_MS);
    }
  }

  /** @returns exit code, null when a signal ended it */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    this.#child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  }

  #keep(data: Buffer): void {
    this.#output = (this.#output + data.toString()).slice(-10_000);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface TestServer {
  readonly process: Restartable;
  readonly ingress: string;
  readonly admin: string;
  readonly directory: string;
  register(uri: string, options?: Record<string, unknown>): Promise<void>;
  remove(): Promise<void>;
}

/** A server process that is not started yet. */
export async function prepareServer(env: NodeJS.ProcessEnv = {}): Promise<TestServer> {
  const ingressPort = await freePort();
  const adminPort = await freePort();
  const directory = temporaryDirectory();
  const ingress = `http://127.0.0.1:${ingressPort}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const server = new Restartable(
    ["packages/cli/bin/pawl.js", "server", "--base-dir", directory],
    {
      PAWL_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
      PAWL_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
      ...env,
    },
    async () => (await fetch(`${admin}/health`)).ok && (await fetch(`${ingress}/restate/health`)).ok,
  );
  return {
    process: server,
    ingress,
    admin,
    directory,
    register: async (uri, options = {}) => {
      const response = await fetch(`${admin}/deployments`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ uri, ...options }),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    },
    remove: async () => {
      await server.stop("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export interface Endpoint {
  readonly process: Restartable;
  readonly uri: string;
}

/**
 * An endpoint process that is not started yet.
 * @param file compiled, relative to this folder. It listens on PORT.
 * @param port default: a free one
 */
export async function prepareEndpoint(
  file: string,
  env: NodeJS.ProcessEnv = {},
  port?: number,
): Promise<Endpoint> {
  port ??= await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const script = fileURLToPath(new URL(file, import.meta.url));
  const endpoint = new Restartable([script], { PORT: String(port), ...env }, async () => {
    return (await fetch(`${uri}/health`)).ok;
  });
  return { process: endpoint, uri };
}
