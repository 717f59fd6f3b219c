import { readdirSync, readFileSync } from "node:fs";

/** /proc counts in these, on Linux always 100 in a second whatever the kernel's own tick. */
const MS_PER_TICK = 10;
// Places in /proc/<pid>/stat, counted after the command's closing parenthesis (proc(5): state is the 3rd field).
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** Milliseconds of CPU that a process and all its threads have used; 0 if there is no such process. */
export function readCpuMs(pid: number): number {
  const stat = readProc(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TICKS] ?? 0) + Number(fields[SYSTEM_TICKS] ?? 0)) * MS_PER_TICK;
}

/** Bytes of memory that a process holds. */
export function readRssBytes(pid: number): number {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`))?.[1];
  return Number(kib ?? 0) * 1024;
}

/** A process and all that it started, in case that a server is more than one. */
export function findProcessTree(pid: number): readonly number[] {
  const found = [pid];
  for (let at = 0; at < found.length; at++) found.push(...readChildren(found[at]!));
  return found;
}

function readChildren(pid: number): number[] {
  // A child is listed at the thread that started it.
  return readThreads(pid).flatMap((thread) =>
    readProc(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

function readThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty when the process has gone. */
function readProc(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
