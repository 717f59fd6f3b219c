import { join } from "node:path";
import type { Job, LoadResult } from "../load/job.js";
import { Child } from "./child.js";
import { distScript } from "./folders.js";

/** Before each measurement, so that the connections, the concurrency and what else is going on are not new to the server. */
export const LEAD_IN_MS = 500;

/** Does one job in a process of its own, so that what is measured shares nothing with what measures. */
export async function runLoad(job: Job, folder: string): Promise<LoadResult> {
  const child = Child.start({
    name: "the load generator",
    command: process.execPath,
    args: [distScript("load/process.js")],
    env: {},
    cwd: folder,
    logFile: join(folder, "load.log"),
    hasChannel: true,
  });
  try {
    child.send(job);
    const answer = (await child.receive()) as { result: LoadResult } | { error: string };
    if ("error" in answer) throw new Error(`the load generator failed: ${answer.error}`);
    return answer.result;
  } finally {
    await child.stop();
  }
}
