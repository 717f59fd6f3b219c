import { type FrameParts, ProtocolErrorCode } from "@pawl/protocol";
import { AttemptError, describe, type RelatedCommand } from "./errors.js";
import { describeFrame, describeMessage } from "./journal-text.js";

/** A field of a command that is not as it was recorded. */
export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly current: string;
}

/** Where in the journal, and where in user code, the paths part. */
export interface Divergence {
  /** The command before, on which both agree. */
  readonly before?: RelatedCommand;
  /** Commands that the journal goes on with. */
  readonly after: readonly FrameParts[];
  /** The stack of user code, one frame a line, the innermost first; absent if it is not known. */
  readonly stack?: string;
}

const INTRODUCTION = "The code took another path than in the previous execution of this invocation.";
const MAX_SHOWN_AFTER = 3;

/** The code asks for a command of another type than the journal has. */
export function commandTypeMismatch(
  related: RelatedCommand,
  message: unknown,
  recorded: FrameParts,
  divergence: Divergence,
): AttemptError {
  return mismatch(
    [
      `- recorded at command index ${related.index}: ${describeFrame(recorded)}`,
      `- the code now asks for: ${describeMessage(related.type, message)}`,
    ],
    divergence,
    [CHANGED_CODE, HIDDEN_INPUT, ORDER],
    related,
  );
}

/** The command has the recorded type, but something else in it. */
export function commandMismatch(
  related: RelatedCommand,
  differences: readonly Difference[],
  divergence: Divergence,
): AttemptError {
  return mismatch(
    [
      `At command index ${related.index}, ${describe(related)}, these differ:`,
      ...differences.map((d) => `- ${d.field}: recorded ${d.recorded}, now ${d.current}`),
    ],
    divergence,
    causesOf(differences.map(({ field }) => field)),
    related,
  );
}

/** Something is awaited that has no result in the journal, although the journal goes on. */
export function awaitMismatch(
  awaited: readonly string[],
  related: RelatedCommand | undefined,
  divergence: Divergence,
): AttemptError {
  return mismatch(
    [
      "An 'await' has no result in the journal although the previous execution went on past it. It waits for:",
      ...awaited.map((text) => `- ${text}`),
    ],
    divergence,
    [ADDED_AWAIT, PLAIN_COMBINATOR, HIDDEN_INPUT],
    related,
  );
}

const CHANGED_CODE =
  "The code was changed while the invocation was under way. Register a new deployment: invocations stay with the one that they began with.";
const HIDDEN_INPUT =
  "A decision depends on something that is not recorded: the time (use ctx.date.now()), random numbers (ctx.rand.random(), " +
  "ctx.rand.uuidv4()), variables outside of the handler, files, other systems (read them in ctx.run).";
const ORDER =
  "The order is not fixed: Promise.race and Promise.any do not know the journal (use RestatePromise.race and any), and " +
  "branches that await timers or sockets directly overtake each other.";
const ADDED_AWAIT = "An 'await' was added, or moved up, without registering a new deployment.";
const PLAIN_COMBINATOR =
  "Promise.race or Promise.any of the language decided, by the order in which promises settle: use RestatePromise.race and any.";
const UNSTABLE_VALUE =
  "A value is built from something that is not recorded: the time (use ctx.date.now()), random numbers or ids " +
  "(ctx.rand.random(), ctx.rand.uuidv4()), or it comes from another system (read it in ctx.run).";
const UNSTABLE_SERDE =
  "A serde gives other bytes for the same value: sort the keys of maps, leave out what changes.";
const VOLATILE_HEADERS = "Headers of calls are recorded: pass on none that change from attempt to attempt.";

const PAYLOADS: ReadonlySet<string> = new Set(["value", "parameter", "result", "completion"]);

function causesOf(fields: readonly string[]): readonly string[] {
  if (fields.length === 1 && fields[0] === "headers") return [VOLATILE_HEADERS, UNSTABLE_VALUE];
  return fields.every((field) => PAYLOADS.has(field))
    ? [UNSTABLE_VALUE, UNSTABLE_SERDE, CHANGED_CODE]
    : [CHANGED_CODE, HIDDEN_INPUT, ORDER];
}

function mismatch(
  found: readonly string[],
  { before, after, stack }: Divergence,
  causes: readonly string[],
  related: RelatedCommand | undefined,
): AttemptError {
  const where = stack?.slice(0, indexOrEnd(stack, "\n")).replace(/^\s*at /, "");
  const neighbours = [
    ...(before ? [`before: ${before.index} ${describe(before)}`] : []),
    `after: ${describeAfter(after)}`,
  ];
  const lines = [
    INTRODUCTION,
    ...found,
    ...(where ? [`In your code: ${where}`] : []),
    `In the journal, ${neighbours.join("; ")}`,
    "Likely causes:",
    ...causes.map((cause) => `- ${cause}`),
  ];
  return new AttemptError(ProtocolErrorCode.JournalMismatch, lines.join("\n"), {
    ...(related && { related }),
    ...(stack && { stacktrace: stack }),
  });
}

function describeAfter(frames: readonly FrameParts[]): string {
  if (frames.length === 0) return "nothing";
  const shown = frames.slice(0, MAX_SHOWN_AFTER).map(describeFrame).join(", ");
  return frames.length > MAX_SHOWN_AFTER ? `${shown}, ...` : shown;
}

const indexOrEnd = (text: string, part: string): number => {
  const index = text.indexOf(part);
  return index < 0 ? text.length : index;
};
