/** `npm run soak -- --minutes 60`: prints what happened; ends with 1 when something did not come back to its level. */
import { parseArgs } from "node:util";
import { judge } from "./judge.js";
import { soak } from "./soak.js";

const BLOW_EVERY_MS = 10_000;

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "60" }, rate: { type: "string", default: "100" } },
});
const totalMs = Number(values.minutes) * 60_000;
const result = await soak({
  warmUpMs: totalMs * 0.1,
  blows: Math.ceil((totalMs * 0.4) / BLOW_EVERY_MS),
  steadyMs: totalMs * 0.5,
  blowEveryMs: BLOW_EVERY_MS,
  retentionMs: 30_000,
  settleMs: 10_000,
  storiesPerSecond: Number(values.rate),
  storiesAtATime: 400,
  log: console.log,
});
console.log(JSON.stringify(result, null, 2));
const complaints = judge(result);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length === 0 ? 0 : 1;
