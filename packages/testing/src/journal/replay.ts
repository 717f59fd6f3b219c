import {
  codec,
  type ErrorMessage,
  type Frame,
  FrameDecoder,
  isCommand,
  MessageType,
  messageName,
  ProtocolErrorCode,
} from "@pawl/protocol";
import type { EndpointOptions } from "@pawl/sdk";
import { InProcessEndpoint } from "@pawl/sdk/in-process";
import { startOf } from "@pawl/server/embedded";
import { Journal, type RecordedJournal } from "./journal.js";

export interface ReplayOptions extends EndpointOptions {
  /** How long the code may take, milliseconds. Default: 5 s. */
  readonly timeoutMs?: number;
}

/** How far the code came. */
export type ReplayResult =
  /** It ended as the journal says. */
  | { readonly kind: "completed" }
  /** It waits for what the recorded invocation waited for. */
  | { readonly kind: "waiting" }
  /** It did everything that was recorded, and then something more, which was not carried out. */
  | { readonly kind: "beyond"; readonly next: string };

/** The code does something else than what was recorded. */
export class JournalMismatchError extends Error {
  override readonly name = "JournalMismatchError";

  constructor(
    /** Of the command that differs; 0 is the input. Undefined where an await differs, which is no command. */
    readonly commandIndex: number | undefined,
    /** What the code calls it now, if it does. */
    readonly commandName: string | undefined,
    /** What the journal has there. */
    readonly expected: string,
    /** What the code asks for. */
    readonly found: string,
    /** What the SDK says of it. */
    readonly details: string,
  ) {
    const where = commandIndex === undefined ? "an await" : `command ${commandIndex}`;
    super(`${where} differs: the journal has ${expected}, the code now asks for ${found}\n${details}`);
  }
}

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Runs code against a recorded journal. Nothing is carried out: no closure of a `run` is executed, no call is made.
 * @throws JournalMismatchError at the first difference; Error when the handler is not there, fails otherwise, or hangs
 */
export async function replay(
  recorded: RecordedJournal | Journal,
  { timeoutMs = DEFAULT_TIMEOUT_MS, ...endpointOptions }: ReplayOptions,
): Promise<ReplayResult> {
  const journal = recorded instanceof Journal ? recorded : new Journal(recorded);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new Error(
          `the code neither ended nor waited within ${timeoutMs} ms: does it await something that is not of its context?`,
        ),
      );
    }, timeoutMs);
  });
  try {
    return await Promise.race([timeout, run(journal, endpointOptions)]);
  } finally {
    clearTimeout(timer);
  }
}

function run(journal: Journal, options: EndpointOptions): Promise<ReplayResult> {
  const { service, handler, key, idempotencyKey, protocolVersion, invocationId } = journal.toJSON();
  return new Promise((resolve, reject) => {
    const endpoint = new InProcessEndpoint({
      logger: () => {},
      ...options,
      onRun: () => {
        resolve({ kind: "beyond", next: "the closure of a run whose result was not recorded" });
        return "stop";
      },
    });
    const decoder = new FrameDecoder();
    const read = (bytes: Uint8Array): void => {
      decoder.push(bytes);
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        try {
          const result = judge(journal, frame);
          if (result !== undefined) resolve(result);
        } catch (error) {
          reject(error);
        }
      }
    };
    const start = startOf({
      protocolVersion,
      invocationId,
      key,
      idempotencyKey,
      journal: journal.raw,
      state: [],
      isPartialState: true,
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
    });
    const attempt = endpoint.start(
      { service, handler, protocolVersion, start, journal: journal.raw },
      {
        write: (bytes) => {
          read(bytes);
          return true;
        },
        end: (bytes) => bytes && read(bytes),
      },
    );
    if (attempt === undefined) {
      reject(new Error(`there is no handler ${service}/${handler} for protocol version ${protocolVersion}`));
      return;
    }
    attempt.receiveEnd();
  });
}

/** @returns what a frame means for the whole; undefined for nothing */
function judge(journal: Journal, { type, payload }: Frame): ReplayResult | undefined {
  if (type === MessageType.End) return { kind: "completed" };
  if (type === MessageType.Suspension) return { kind: "waiting" };
  if (isCommand(type)) return { kind: "beyond", next: messageName(type) };
  if (type !== MessageType.Error) return undefined;
  const error = codec.Error.decode(payload);
  if (error.code !== ProtocolErrorCode.JournalMismatch) throw new Error(error.message);
  throw toMismatch(journal, error);
}

function toMismatch(journal: Journal, error: ErrorMessage): JournalMismatchError {
  const { relatedCommandIndex: index, relatedCommandName: name, relatedCommandType: type } = error;
  const recorded = index === undefined ? undefined : journal.commands()[index];
  const found = type === undefined ? "something else" : messageName(type) + (name ? ` '${name}'` : "");
  return new JournalMismatchError(index, name, recorded ?? "nothing", found, error.message);
}
