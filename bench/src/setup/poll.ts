import type { Child } from "./child.js";

const EVERY_MS = 50;

/**
 * Asks until the answer is yes. An attempt that throws is a no.
 * @throws Error when it takes longer than `withinMs`, or the process that is waited for ends
 */
export async function poll(child: Child, withinMs: number, attempt: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs;
  let last: unknown = "not yet";
  const ended = child.ended();
  ended.catch(() => {});
  for (;;) {
    try {
      if (await Promise.race([attempt(), ended])) return;
    } catch (error) {
      last = error;
    }
    await Promise.race([new Promise((resolve) => setTimeout(resolve, EVERY_MS)), ended]);
    if (Date.now() > deadline) throw child.failure(`was not ready within ${withinMs} ms (${last})`);
  }
}
