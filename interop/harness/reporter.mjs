/** A line for each table of expectations, and all about what failed: the single tests are thousands. */
import { inspect } from "node:util";

export default async function* report(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let passedHere = 0;
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, details, skip } = data;
    const seconds = (details.duration_ms / 1000).toFixed(1);
    if (details.type === "suite") {
      if (nesting === 0 && type === "test:pass") yield `✔ ${name}: ${passedHere} tests, ${seconds} s\n`;
      if (nesting === 0) passedHere = 0;
      if (details.error?.failureType === "hookFailed")
        yield `✖ ${name}: could not be set up or cleaned up\n${indented(inspect(details.error.cause))}\n`;
    } else if (type === "test:fail") {
      counts.failed++;
      yield `✖ ${name} (${seconds} s)\n${indented(inspect(details.error.cause ?? details.error))}\n`;
    } else if (skip !== undefined) {
      counts.skipped++;
      yield `- ${name}: ${skip}\n`;
    } else {
      counts.passed++;
      passedHere++;
    }
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}

function indented(text) {
  return text.replaceAll(/^/gm, "    ");
}
