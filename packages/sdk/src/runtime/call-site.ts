/** Frames deep inside of the SDK lie between user code and here. */
const MAX_FRAMES = 50;
const MAX_USER_FRAMES = 10;

/** The package's folder, built or not; undefined where a bundler has put everything into one file. */
const SDK_FOLDER = packageFolder();

/** This file stands on its own stack, as an ES module (by its URL) and as CommonJS (by its path). */
function packageFolder(): string | undefined {
  const file = /(?:file:\/\/)?(\/[^\n]*\/)(?:dist|cjs|src)\/runtime\/call-site\.[jt]s/;
  const found = file.exec(new Error().stack ?? "");
  return found === null ? undefined : decodeURI(found[1]!);
}

/** @returns the frames of user code on the stack of now, one a line, the innermost first; undefined if there are none */
export function userStack(): string | undefined {
  return userFramesOf(stackOf(MAX_FRAMES));
}

/** An object whose `stack` is put into words only when somebody asks. */
export function captureStack(): { readonly stack?: string } {
  return withLimit(MAX_FRAMES, () => {
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, captureStack);
    return holder;
  });
}

export function userFramesOf(stack: string | undefined): string | undefined {
  if (SDK_FOLDER === undefined || stack === undefined) return undefined;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line) && !isInternal(line));
  return frames.length === 0 ? undefined : frames.slice(0, MAX_USER_FRAMES).join("\n");
}

const isInternal = (line: string): boolean =>
  line.includes("node:internal") || line.includes("(<anonymous>)") || decoded(line).includes(SDK_FOLDER!);

/** @returns where `callee` was called, if by user code, and not by a library or the SDK */
export function callerInUserCode(callee: (...args: never[]) => unknown): string | undefined {
  if (SDK_FOLDER === undefined) return undefined;
  const holder: { stack?: string } = {};
  withLimit(1, () => Error.captureStackTrace(holder, callee));
  const line = holder.stack?.split("\n").find((candidate) => /^\s+at /.test(candidate));
  if (line === undefined || isInternal(line) || line.includes("node_modules")) return undefined;
  return line;
}

/** `/app/greeter.ts:12:9` out of a frame. */
export function placeOf(frame: string): string {
  return /\(?([^()\s]+:\d+:\d+)\)?$/.exec(frame.trimEnd())?.[1] ?? frame.trim();
}

function stackOf(frames: number): string | undefined {
  return withLimit(frames, () => new Error().stack);
}

function withLimit<T>(frames: number, code: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = frames;
  try {
    return code();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function decoded(line: string): string {
  try {
    return decodeURI(line);
  } catch {
    return line;
  }
}
