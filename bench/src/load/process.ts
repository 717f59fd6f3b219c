/** The load process: gets one job from its parent, does it, sends the result, ends. */
import type { Job } from "./job.js";
import { generateLoad } from "./load-generator.js";

process.once("message", async (job) => {
  try {
    process.send?.({ result: await generateLoad(job as Job) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
  process.disconnect?.();
});
