/** Pawl's server and the official one, each with ports and a directory of its own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_FOR_PAWL, OFFICIAL_SERVER, PAWL } from "./paths.mjs";
import { freePort, Process, removeDirectory, temporaryDirectory } from "./processes.mjs";

const PAWL_READY_WITHIN_MS = 15_000;
const OFFICIAL_READY_WITHIN_MS = 60_000;

/** What makes a server offer protocol V7. */
export const V7_SETTINGS = { official: "experimental-enable-protocol-v7 = true", pawl: "" };

/** A running server. */
class RunningServer {
  #start;
  #directory;

  constructor(kind, ports, directory, start) {
    this.kind = kind;
    this.ingressUrl = `http://127.0.0.1:${ports.ingress}`;
    this.adminUrl = `http://127.0.0.1:${ports.admin}`;
    this.#directory = directory;
    this.#start = start;
    this.process = start();
  }

  async ready() {
    const withinMs = this.kind === "pawl" ? PAWL_READY_WITHIN_MS : OFFICIAL_READY_WITHIN_MS;
    await this.process.until(async () => {
      const health = [`${this.adminUrl}/health`, `${this.ingressUrl}/restate/health`];
      const answers = await Promise.all(health.map((url) => fetch(url)));
      return answers.every((answer) => answer.ok);
    }, withinMs);
    return this;
  }

  async kill() {
    await this.process.stop("SIGKILL");
  }

  /** Again, on the same ports and data. */
  async restart() {
    this.process = this.#start();
    await this.ready();
  }

  /** @returns what it ended with: exit code or signal */
  async stop() {
    // The official server's data is of no use to anybody: no need to wait until it has put everything in order.
    const end = await this.process.stop(this.kind === "pawl" ? "SIGTERM" : "SIGKILL");
    removeDirectory(this.#directory);
    return end;
  }

  /** @param {string} uri of an endpoint */
  async register(uri, options = {}) {
    const response = await fetch(`${this.adminUrl}/deployments`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri, ...options }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`registering ${uri}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}

/**
 * @param {"pawl" | "official"} kind
 * @param {{ settings?: string, adminSettings?: string }} [options] lines of TOML: those that come first, and those of [admin]
 */
export async function startServer(kind, options = {}) {
  const ports = { ingress: await freePort(), admin: await freePort(), node: await freePort() };
  const directory = temporaryDirectory();
  const file = join(directory, "config.toml");
  const settings = kind === "pawl" ? pawlSettings(ports, directory) : officialSettings(ports, directory);
  writeFileSync(file, [options.settings ?? "", settings, options.adminSettings ?? ""].join("\n"));
  const command =
    kind === "pawl"
      ? [NODE_FOR_PAWL, "--enable-source-maps", PAWL, "server"]
      : [OFFICIAL_SERVER, "--no-logo"];
  const start = () =>
    new Process(`${kind} server`, command[0], [...command.slice(1), "--config-file", file], {
      cwd: directory,
      env: withoutSettings(process.env),
    });
  const server = new RunningServer(kind, ports, directory, start);
  try {
    return await server.ready();
  } catch (error) {
    await server.process.stop("SIGKILL");
    removeDirectory(directory);
    throw error;
  }
}

const RETRIES = `
[default-retry-policy]
initial-interval = "20ms"
exponentiation-factor = 2.0
max-interval = "200ms"
max-attempts = 50
on-max-attempts = "kill"
`;

function pawlSettings(ports, directory) {
  return `
base-dir = "${directory}/data"
${RETRIES}
[ingress]
bind-address = "127.0.0.1:${ports.ingress}"
[admin]
bind-address = "127.0.0.1:${ports.admin}"
`;
}

function officialSettings(ports, directory) {
  return `
base-dir = "${directory}/data"
node-name = "interop"
bind-address = "127.0.0.1:${ports.node}"
advertised-address = "http://127.0.0.1:${ports.node}"
listen-mode = "tcp"
disable-telemetry = true
default-num-partitions = 2
rocksdb-total-memory-size = "256MB"
log-filter = "warn"
log-disable-ansi-codes = true
${RETRIES}
[ingress]
bind-address = "127.0.0.1:${ports.ingress}"
[admin]
bind-address = "127.0.0.1:${ports.admin}"
disable-web-ui = true
`;
}

/** Variables of the user's shell must not change what is tested. */
function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PAWL|RESTATE|RUST)_/.test(name)));
}
