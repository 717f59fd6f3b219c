import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.js";
import { distScript } from "./folders.js";
import type { InstalledPeers } from "./installed-peers.js";
import type { Maker, Peer } from "./peer.js";
import { poll } from "./poll.js";
import { type Server, startPawl, startRestate } from "./server.js";

const READY_WITHIN_MS = 60_000;
/** An endpoint logs nothing that a healthy one has to say: at its default, a line or two. */
const ENDPOINT_ENV = { RESTATE_LOGGING: "warn" };

/** A peer that runs, and is ready for requests. */
export interface RunningPeer {
  readonly ingressPort: number;
  readonly serverPid: number;
  readonly endpointPid: number | null;
  /** null: it has nothing to administer. */
  readonly adminUrl: string | null;
  /** null: it stores nothing. */
  readonly dataDir: string | null;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** For data and logs; created. */
  readonly folder: string;
  /** null: not installed, because no peer needs it. */
  readonly peers: InstalledPeers | null;
  readonly pawlBin: string;
  /** Settings for the servers; each gets those whose name begins like its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Flags of node for Pawl's processes. */
  readonly nodeFlags?: readonly string[];
}

export async function startPeer(peer: Peer, options: StartOptions): Promise<RunningPeer> {
  mkdirSync(options.folder, { recursive: true });
  if (peer.system === null) return await startBaseline(options.folder);
  const { server: serverMaker, sdk } = peer.system;
  const endpoint = await startNode(
    "the endpoint",
    options.folder,
    sdk === "restate" || peer.onNode24 ? installed(options).node : process.execPath,
    [
      ...(options.nodeFlags ?? []),
      distScript("services/endpoint.js"),
      sdk === "restate" ? installed(options).sdkModule : "@pawl/sdk",
    ],
  );
  let server: Server | undefined;
  const stop = async (): Promise<void> => {
    try {
      await server?.child.stop();
    } finally {
      await endpoint.child.stop();
    }
  };
  try {
    server = await startServer(peer, serverMaker, options);
    await register(server, endpoint.port);
    return {
      ingressPort: server.ingressPort,
      serverPid: server.child.pid,
      endpointPid: endpoint.child.pid,
      adminUrl: server.adminUrl,
      dataDir: server.dataDir,
      stop,
    };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

async function startServer(peer: Peer, maker: Maker, options: StartOptions): Promise<Server> {
  const prefix = `${maker.toUpperCase()}_`;
  const env = Object.fromEntries(Object.entries(options.env).filter(([name]) => name.startsWith(prefix)));
  const { folder } = options;
  if (maker === "restate") return await startRestate({ folder, env, peers: installed(options) });
  return await startPawl({
    folder,
    env,
    node: peer.onNode24 ? installed(options).node : process.execPath,
    nodeFlags: options.nodeFlags ?? [],
    bin: options.pawlBin,
  });
}

/** Registers the endpoint, and waits until a request gets through. */
async function register(server: Server, endpointPort: number): Promise<void> {
  const response = await fetch(`${server.adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}` }),
  });
  if (!response.ok) throw server.child.failure(`refused the endpoint: ${await response.text()}`);
  await response.body?.cancel();
  await poll(server.child, READY_WITHIN_MS, async () => {
    const answer = await fetch(`http://127.0.0.1:${server.ingressPort}/Bench/noop`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"ready"',
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
    return text === '"ready"';
  });
}

async function startBaseline(folder: string): Promise<RunningPeer> {
  const { child, port } = await startNode("the baseline", folder, process.execPath, [
    distScript("services/baseline.js"),
  ]);
  return {
    ingressPort: port,
    serverPid: child.pid,
    endpointPid: null,
    adminUrl: null,
    dataDir: null,
    stop: () => child.stop(),
  };
}

/** Starts one of our own scripts, which tells its port. */
async function startNode(
  name: string,
  folder: string,
  node: string,
  args: readonly string[],
): Promise<{ child: Child; port: number }> {
  const child = Child.start({
    name,
    command: node,
    args,
    env: ENDPOINT_ENV,
    cwd: folder,
    logFile: join(folder, `${name.split(" ").at(-1)}.log`),
    hasChannel: true,
  });
  const { port } = (await child.receive()) as { port: number };
  return { child, port };
}

function installed({ peers }: StartOptions): InstalledPeers {
  if (peers === null) throw new Error("bench/peers is not installed");
  return peers;
}
