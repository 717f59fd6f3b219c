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

  /** Message and stack, for logs. */
  get explanation(): string {
    const { stacktrace = "" } = this.detail;
    return stacktrace.includes(this.message) ? stacktrace : `${this.message}\n${stacktrace}`.trimEnd();
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
