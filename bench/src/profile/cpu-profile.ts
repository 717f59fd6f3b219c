/** A .cpuprofile of V8, as far as it is used here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Microseconds on the machine's monotonic clock. */
  readonly startTime: number;
  /** The node that was on top of the stack at each sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Where one thread spent its time. */
export interface SelfTimes {
  readonly busyMs: number;
  readonly idleMs: number;
  /** Most time first. */
  readonly functions: readonly SelfTime[];
  /** The same by file. */
  readonly files: readonly SelfTime[];
}

export interface SelfTime {
  readonly name: string;
  readonly ms: number;
}

const IDLE = "(idle)";
const MICROSECONDS_PER_MS = 1000;

/**
 * @param window of the samples that count, in microseconds on the monotonic clock
 * @param shorten makes a readable place of a script's URL
 */
export function computeSelfTimes(
  profile: CpuProfile,
  window: { readonly from: number; readonly to: number },
  shorten: (url: string) => string,
): SelfTimes {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const files = new Map<string, number>();
  let idleMs = 0;
  let busyMs = 0;
  let at = profile.startTime;
  for (const [index, sample] of profile.samples.entries()) {
    const frame = frames.get(sample);
    const delta = profile.timeDeltas[index] ?? 0;
    at += delta;
    if (frame === undefined || at < window.from || at > window.to) continue;
    const ms = Math.max(0, delta) / MICROSECONDS_PER_MS;
    if (frame.functionName === IDLE) {
      idleMs += ms;
      continue;
    }
    busyMs += ms;
    // Frames without a script are V8's own: (program) is native code outside of JavaScript, system calls included.
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
    const file = frame.url === "" ? (name.startsWith("(") ? name : "(native)") : shorten(frame.url);
    add(functions, frame.url === "" ? name : `${name} ${file}:${frame.lineNumber + 1}`, ms);
    add(files, file, ms);
  }
  return { busyMs, idleMs, functions: sort(functions), files: sort(files) };
}

function add(totals: Map<string, number>, name: string, ms: number): void {
  totals.set(name, (totals.get(name) ?? 0) + ms);
}

function sort(totals: ReadonlyMap<string, number>): SelfTime[] {
  return [...totals].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
}
