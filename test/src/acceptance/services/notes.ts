/** How handlers tell what they do, and are held: through files, so that a killed process has told all the same. */
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";

const { NOTES_FILE = "", GATES_DIRECTORY = "" } = process.env;
const POLL_MS = 10;

/** One write of one line: what a kill leaves is a whole line or none. */
export function note(topic: string, value: string): void {
  appendFileSync(NOTES_FILE, `${JSON.stringify({ topic, value, at: Date.now() })}\n`);
}

export function isOpen(gate: string): boolean {
  return existsSync(join(GATES_DIRECTORY, gate));
}

export async function passed(gate: string): Promise<void> {
  while (!isOpen(gate)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
