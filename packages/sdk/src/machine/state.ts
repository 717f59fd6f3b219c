import {
  FIRST_AWAKEABLE_SIGNAL_INDEX,
  FrameDecoder,
  type FrameParts,
  type MessageCodec,
  type Outcome,
  type Start,
} from "@pawl/protocol";
import type { Handle } from "./awaiting.js";
import { EagerState } from "./eager-state.js";
import type { AttemptError, RelatedCommand } from "./errors.js";
import { Output } from "./output.js";
import { AsyncResults } from "./results.js";
import type { RunTable } from "./runs.js";

export type ProtocolVersion = 5 | 6 | 7;

export interface MachineOptions {
  readonly version: ProtocolVersion;
  /** Cancel outstanding calls and fail the current await when the cancel signal arrives. Default true. */
  readonly implicitCancellation?: boolean;
  /** Compare payload bytes on replay. Turn off when a codec makes other bytes of the same value. Default true. */
  readonly comparePayloads?: boolean;
  /** What the server shall do with the invocation after a journal mismatch (V7). Default: its retry policy decides. */
  readonly onJournalMismatch?: "retry" | "pause" | "fail";
  /** The stack of the user code that asks for the current command, one frame a line. Only used to explain a mismatch. */
  readonly locate?: () => string | undefined;
}

/**
 * - `replaying`: commands of the journal are left; what the code asks for is compared with them.
 * - `processing`: every command of the journal was consumed; new ones are written.
 * - `closed`: End, Suspension or Error was written, or the connection is gone. Nothing is written any more.
 */
export type Phase = "waitingStart" | "waitingReplay" | "replaying" | "processing" | "closed";

/** The journal of this attempt: what is left to replay and where the next entry goes. */
export class JournalPosition {
  /** Commands that the server sent and the code has not asked for yet. */
  readonly toReplay: FrameParts[] = [];
  replayed = 0;
  /** Index of the latest command; the Input is 0. */
  commandIndex = -1;
  latest: RelatedCommand = { index: 0, type: 0 };
  /** No command was written since the replay ended: the retry counters of Start speak of the entry under way. */
  atFirstNewEntry = true;
  #nextCompletionId = 1;
  #nextSignalIndex = FIRST_AWAKEABLE_SIGNAL_INDEX;

  nextCompletionId(): number {
    return this.#nextCompletionId++;
  }

  nextSignalIndex(): number {
    return this.#nextSignalIndex++;
  }

  begin(type: number, name: string | undefined): RelatedCommand {
    this.commandIndex++;
    this.latest = { index: this.commandIndex, type, ...(name && { name }) };
    return this.latest;
  }
}

/** Everything that the machine knows about one attempt of one invocation. */
export class MachineState {
  phase: Phase = "waitingStart";
  readonly decoder = new FrameDecoder();
  readonly journal = new JournalPosition();
  readonly results = new AsyncResults();
  eagerState = new EagerState([], true);
  start: Start | undefined;
  receivedEntries = 0;
  inputClosed = false;
  /** Runs whose result is not known yet. */
  readonly runs: RunTable = new Map();
  /** Results of runs that were proposed and wait for the server's ack (V7). */
  readonly proposed = new Map<number, Outcome>();
  /** Calls made since the last cancellation: the completion id of their invocation id, and the latter once known. */
  readonly trackedCalls = new Map<Handle, string | undefined>();
  /** The error that closed this attempt. */
  failure: AttemptError | undefined;
  readonly output = new Output();

  constructor(readonly options: MachineOptions) {}

  get version(): ProtocolVersion {
    return this.options.version;
  }

  write<T>(codec: MessageCodec<T>, message: T, flags = 0): void {
    this.output.write(codec, message, flags);
  }
}
