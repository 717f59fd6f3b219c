import type { Levels } from "./levels.js";
import type { SoakResult } from "./soak.js";

/** Levels can be compared only after a whole run. */
const PARTS = 4;
/** Memory breathes: a heap that was collected a moment later is larger by this much without a leak. */
const MEMORY_SLACK = 1.25;
const MEMORY_SLACK_BYTES = 32 * 1024 * 1024;
/** Pages that are half full, freelists, the keyed state that stays. */
const STORE_SLACK = 1.25;
const STORE_SLACK_BYTES = 256 * 1024;

/** @returns what is not as it should be, one line each */
export function judge(result: SoakResult): string[] {
  const complaints: string[] = [];
  if (result.failed > 0)
    complaints.push(`${result.failed} stories failed, such as: ${result.failures.join("; ")}`);
  if (result.quiet.length < PARTS) return complaints;
  // The server was restarted in the chaos part: its memory is compared within the part in which it was not.
  const [warm, , middle, end] = result.quiet.map(({ levels }) => levels) as [Levels, Levels, Levels, Levels];
  const compare = (what: string, from: number, to: number, slack: number, slackBytes: number): void => {
    if (to > from * slack + slackBytes) complaints.push(`${what} went from ${from} to ${to} bytes`);
  };
  compare("memory of the server", middle.serverRss, end.serverRss, MEMORY_SLACK, MEMORY_SLACK_BYTES);
  compare("memory of the endpoint", middle.endpointRss, end.endpointRss, MEMORY_SLACK, MEMORY_SLACK_BYTES);
  compare("used part of the store", warm.storeUsed, end.storeUsed, STORE_SLACK, STORE_SLACK_BYTES);
  return complaints;
}
