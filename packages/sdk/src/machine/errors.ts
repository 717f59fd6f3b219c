import { type ErrorBehavior, type ErrorMessage, messageName, ProtocolErrorCode } from "@pawl/protocol";

/** The command of the journal that an error is about. */
export interface RelatedCommand {
  readonly index: number;
  readonly type: number;
  readonly name?: string;
}

/** Ends the attempt: what the server is told in an Error message. */
export class AttemptError extends Error {
  override readonly name = "AttemptError";
  constructor(
    readonly code: number,
    message: string,
    readonly detail: {
      readonly related?: RelatedCommand;
      readonly nextRetryDelayMs?: number;
      readonly behavior?: ErrorBehavior;
      readonly stacktrace?: string;
    } = {},
  ) {
    super(message);
  }

  toMessage(version: number): ErrorMessage {
    const { related, nextRetryDelayMs, behavior, stacktrace } = this.detail;
    return {
      code: this.code,
      message: this.message,
      stacktrace: stacktrace ?? "",
      ...(related && { relatedCommandIndex: related.index, relatedCommandType: related.type }),
      ...(related?.name && { relatedCommandName: related.name }),
      ...(nextRetryDelayMs !== undefined && { nextRetryDelayMs }),
      ...(version >= 7 && behavior !== undefined && { behavior }),
    };
  }
}

const MISMATCH_INTRODUCTION =
  "The code took another path than in the previous execution of this invocation. Either it is not deterministic " +
  "(time, random numbers or calls to other systems belong into ctx.run), or it was changed without registering a new " +
  "deployment.";

export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly current: string;
}

export function commandTypeMismatch(related: RelatedCommand, recordedType: number): AttemptError {
  return new AttemptError(
    ProtocolErrorCode.JournalMismatch,
    `${MISMATCH_INTRODUCTION}
- recorded at command index ${related.index}: ${messageName(recordedType)}
- the code now asks for: ${describe(related)}`,
    { related },
  );
}

export function commandMismatch(related: RelatedCommand, differences: readonly Difference[]): AttemptError {
  const lines = differences.map((d) => `- ${d.field}: recorded ${d.recorded}, now ${d.current}`);
  return new AttemptError(
    ProtocolErrorCode.JournalMismatch,
    `${MISMATCH_INTRODUCTION}
At command index ${related.index}, ${describe(related)}, these differ:
${lines.join("\n")}`,
    { related },
  );
}

export function awaitMismatch(awaited: readonly string[], related: RelatedCommand | undefined): AttemptError {
  return new AttemptError(
    ProtocolErrorCode.JournalMismatch,
    `${MISMATCH_INTRODUCTION}
An 'await' has no result in the journal although the previous execution went on past it. It waits for:
${awaited.map((text) => `- ${text}`).join("\n")}`,
    related ? { related } : {},
  );
}

export const unsupportedFeature = (feature: string, version: number, needs: number): AttemptError =>
  new AttemptError(
    ProtocolErrorCode.UnsupportedFeature,
    `${feature} needs service protocol V${needs} or newer, this invocation runs with V${version}. Upgrade the server.`,
  );

export const protocolViolation = (message: string): AttemptError =>
  new AttemptError(ProtocolErrorCode.ProtocolViolation, message);

export function describe(command: RelatedCommand): string {
  const type = messageName(command.type);
  return command.name ? `${type} '${command.name}'` : type;
}
