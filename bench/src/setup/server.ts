import { join } from "node:path";
import { Child } from "./child.js";
import { ROOT } from "./folders.js";
import { findFreePort } from "./free-port.js";
import type { InstalledPeers } from "./installed-peers.js";
import { poll } from "./poll.js";

/** Two partitions are the best that it does on 2 cores; the default of 24 is slower there. */
const RESTATE_PARTITIONS = "2";
const READY_WITHIN_MS = 60_000;

export const DEFAULT_PAWL_BIN = join(ROOT, "packages/cli/bin/pawl.js");

/** Where a server works and how it is reached. */
export interface Server {
  readonly child: Child;
  readonly ingressPort: number;
  readonly adminUrl: string;
  readonly dataDir: string;
}

export interface ServerOptions {
  /** Fresh; the data goes to a folder in it. */
  readonly folder: string;
  /** Further settings, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startPawl(
  options: ServerOptions & {
    readonly node: string;
    readonly nodeFlags: readonly string[];
    readonly bin: string;
  },
): Promise<Server> {
  return await start(options, (ports, dataDir) => ({
    name: "Pawl's server",
    command: options.node,
    args: [...options.nodeFlags, options.bin, "server", "--base-dir", dataDir],
    env: {
      PAWL_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
      PAWL_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
      ...options.env,
    },
  }));
}

export async function startRestate(
  options: ServerOptions & { readonly peers: InstalledPeers },
): Promise<Server> {
  const fabricPort = await findFreePort();
  return await start(options, (ports, dataDir) => ({
    name: "the official server",
    command: options.peers.serverBinary,
    args: ["--no-logo"],
    env: {
      RESTATE_BASE_DIR: dataDir,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
      RESTATE_BIND_IP: "127.0.0.1",
      RESTATE_BIND_PORT: String(fabricPort),
      RESTATE_LISTEN_MODE: "tcp",
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_DEFAULT_NUM_PARTITIONS: RESTATE_PARTITIONS,
      ...options.env,
    },
  }));
}

interface Command {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function start(
  options: ServerOptions,
  toCommand: (ports: { ingress: number; admin: number }, dataDir: string) => Command,
): Promise<Server> {
  const ports = { ingress: await findFreePort(), admin: await findFreePort() };
  const dataDir = join(options.folder, "data");
  const child = Child.start({
    ...toCommand(ports, dataDir),
    cwd: options.folder,
    logFile: join(options.folder, "server.log"),
    hasChannel: false,
  });
  const server: Server = {
    child,
    ingressPort: ports.ingress,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    dataDir,
  };
  try {
    await poll(child, READY_WITHIN_MS, async () => (await fetch(`${server.adminUrl}/health`)).ok);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return server;
}
