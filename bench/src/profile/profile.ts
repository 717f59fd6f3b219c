import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LoadResult } from "../load/job.js";
import type { Options } from "../options.js";
import { formatTable } from "../report/table.js";
import { BENCH, ROOT } from "../setup/folders.js";
import { runLoad } from "../setup/run-load.js";
import { type StartOptions, startPeer } from "../setup/start-peer.js";
import { type CpuProfile, computeSelfTimes, type SelfTime } from "./cpu-profile.js";

const TOP_FUNCTIONS = 30;
const TOP_FILES = 12;
const WORTH_A_LOOK_PERCENT = 1;
/** CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile */
const FILE_NAME = /^CPU\.\d+\.\d+\.(\d+)\.(\d+)\.\d+\.cpuprofile$/;

/** Runs Pawl's server and endpoint under node's profiler. @returns what to print */
export async function profile(
  options: Options,
  startOptions: Omit<StartOptions, "folder">,
  folder: string,
): Promise<string> {
  const [workload] = options.workloads;
  const peer = options.peers.find(({ system }) => system?.server === "pawl");
  if (workload === undefined || peer === undefined) throw new Error("only Pawl's server can be profiled");
  const profiles = join(BENCH, ".data/profile");
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  const nodeFlags = ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
  const running = await startPeer(peer, { ...startOptions, folder, nodeFlags });
  const concurrency = Math.max(...options.concurrency);
  let result: LoadResult;
  try {
    result = await runLoad(
      {
        host: "127.0.0.1",
        port: running.ingressPort,
        workload,
        runId: "profile",
        concurrency,
        warmUpMs: options.warmUpMs,
        measuredMs: options.measuredMs,
        server: running.serverPid,
        endpoint: running.endpointPid,
      },
      folder,
    );
  } finally {
    await running.stop();
  }
  if (result.errors > 0) throw new Error(`the run failed: ${result.errorSamples.join("; ")}`);
  const threads = readdirSync(profiles)
    .flatMap((name) => {
      const [, pid, thread] = FILE_NAME.exec(name) ?? [];
      if (pid === undefined) return [];
      const process = Number(pid) === running.serverPid ? "server" : "endpoint";
      return [
        { title: `${process}, thread ${thread}`, order: `${process === "server" ? 0 : 1} ${thread}`, name },
      ];
    })
    .sort((a, b) => a.order.localeCompare(b.order));
  return [
    `${workload}, c=${concurrency}, ${peer.name}: ${result.requests} requests, without the start and the warm-up`,
    ...threads.map(({ title, name }) => formatThread(title, join(profiles, name), result.windowUs)),
    `The profiles are in ${profiles}: the developer tools of Chrome show them.`,
  ].join("\n\n");
}

function formatThread(title: string, file: string, window: LoadResult["windowUs"]): string {
  const { busyMs, idleMs, functions, files } = computeSelfTimes(
    JSON.parse(readFileSync(file, "utf8")) as CpuProfile,
    window,
    shorten,
  );
  const share = (busyMs / Math.max(1, busyMs + idleMs)) * 100;
  const table = (head: string, times: readonly SelfTime[], count: number): string =>
    formatTable(
      [head, "self ms", "%"],
      times
        .slice(0, count)
        .map(({ name, ms }) => [name, ms.toFixed(0), ((ms / Math.max(1, busyMs)) * 100).toFixed(1)]),
    );
  const heading = `## ${title}: busy for ${busyMs.toFixed(0)} ms, ${share.toFixed(0)} % of the time`;
  if (share < WORTH_A_LOOK_PERCENT) return heading;
  return [heading, table("function", functions, TOP_FUNCTIONS), table("file", files, TOP_FILES)].join("\n\n");
}

function shorten(url: string): string {
  return url
    .replace(pathToFileURL(ROOT).href, "")
    .replace(/^packages\/([^/]+)\/dist\//, "$1/")
    .replace(/^file:\/\/.*\/node_modules\//, "")
    .replace(/^node_modules\//, "");
}
