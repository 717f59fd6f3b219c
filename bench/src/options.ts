import { parseArgs } from "node:util";
import { DEFAULT_PEERS, type Peer, parsePeer } from "./setup/peer.js";
import { ALL_WORKLOADS, isWorkload, type Workload } from "./workloads.js";

export interface Options {
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
  readonly concurrency: readonly number[];
  /** Of one measurement. */
  readonly measuredMs: number;
  readonly warmUpMs: number;
  readonly repetitions: number;
  /** Settings for the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** null: the one of this repository. */
  readonly pawlBin: string | null;
  /** For data and logs; null: bench/.data. */
  readonly folder: string | null;
  /** Where the results are written; null: the file of the mode in bench/; "-": nowhere. */
  readonly output: string | null;
  readonly mode: "measure" | "profile" | "queries";
}

export const HELP = `npm run bench -- [options]

  --workloads a,b     default: ${ALL_WORKLOADS.join(",")}
  --peers x,y         server+sdk of pawl and restate, with @node24 for node 24, or baseline
                      default: ${DEFAULT_PEERS.join(",")}
  --concurrency 1,64  requests under way at a time
  --seconds 5         length of one measurement
  --warmup 3          seconds before the measurements of a server
  --repetitions 3     the tables show medians
  --env NAME=VALUE    a setting for the servers whose variables begin with PAWL_ or RESTATE_; may be repeated
  --pawl-bin FILE     another build of Pawl's server: its pawl.js
  --dir FOLDER        for the data of the servers, default bench/.data: the disk counts
  --output FILE       default bench/RESULTS.md; "-": print only
  --queries           measure each peer with and without SQL queries, --repetitions pairs; writes QUERIES.md
  --profile           profile Pawl's server and endpoint under the first workload at the highest concurrency
  --help
`;

/** The command line is wrong. The message says where. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/** @returns "help" when that is all that is asked for. @throws OptionError */
export function parseOptions(args: readonly string[], nodeMajor: number): Options | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  return {
    workloads: list(values.workloads, ALL_WORKLOADS).map(toWorkload),
    peers: list(values.peers, defaultPeers(nodeMajor)).map(toPeer),
    concurrency: list(values.concurrency, ["1", "64"]).map((text) => wholeNumber("concurrency", text)),
    measuredMs: seconds("seconds", values.seconds ?? "5"),
    warmUpMs: seconds("warmup", values.warmup ?? "3"),
    repetitions: wholeNumber("repetitions", values.repetitions ?? "3"),
    env: Object.fromEntries((values.env ?? []).map(toVariable)),
    pawlBin: values["pawl-bin"] ?? null,
    folder: values.dir ?? null,
    output: values.output ?? null,
    mode: values.profile ? "profile" : values.queries ? "queries" : "measure",
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        workloads: { type: "string" },
        peers: { type: "string" },
        concurrency: { type: "string" },
        seconds: { type: "string" },
        warmup: { type: "string" },
        repetitions: { type: "string" },
        env: { type: "string", multiple: true },
        "pawl-bin": { type: "string" },
        dir: { type: "string" },
        output: { type: "string" },
        profile: { type: "boolean" },
        queries: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new OptionError((error as Error).message);
  }
}

/** On node 24 itself, the same peer twice says nothing. */
function defaultPeers(nodeMajor: number): readonly string[] {
  const twin = "pawl+pawl@node24";
  return nodeMajor === 24 ? DEFAULT_PEERS.filter((name) => name !== twin) : DEFAULT_PEERS;
}

function list(text: string | undefined, otherwise: readonly string[]): readonly string[] {
  return text === undefined ? otherwise : text.split(",").map((part) => part.trim());
}

function toWorkload(name: string): Workload {
  if (isWorkload(name)) return name;
  throw new OptionError(`there is no workload "${name}": there are ${ALL_WORKLOADS.join(", ")}`);
}

function toPeer(name: string): Peer {
  const peer = parsePeer(name);
  if (peer !== undefined) return peer;
  throw new OptionError(`there is no peer "${name}": there are ${DEFAULT_PEERS.join(", ")} and their like`);
}

function toVariable(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  const name = text.slice(0, equals);
  if (!/^(PAWL|RESTATE)_[A-Z0-9_]+$/.test(name)) {
    throw new OptionError(`--env ${text}: expected PAWL_...=value or RESTATE_...=value`);
  }
  return [name, text.slice(equals + 1)];
}

const MAX_NUMBER = 10_000;

function wholeNumber(name: string, text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > MAX_NUMBER)
    throw new OptionError(`--${name} ${text}: expected 1 to ${MAX_NUMBER}`);
  return value;
}

function seconds(name: string, text: string): number {
  const value = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) * 1000 : 0;
  if (value < 1) throw new OptionError(`--${name} ${text}: expected seconds, such as 5 or 0.5`);
  return value;
}
