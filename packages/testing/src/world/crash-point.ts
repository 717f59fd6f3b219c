import { codec, type Frame, isCommand, MessageType } from "@pawl/protocol";
import type { AttemptRequest, JournalEntry } from "@pawl/server/embedded";

/** A step of a handler: by the name of a `ctx.run`, or by the index of a command (the input is 0). */
export type Step = ({ readonly run: string } | { readonly command: number }) & {
  /** Only in this service. Default: any. */
  readonly service?: string;
  /** Only in this handler. Default: any. */
  readonly handler?: string;
  /**
   * "stored" (the default): the step's result is in the journal, and the handler does not know it yet. "lost": of a run,
   * the closure was executed and its result did not reach the journal; of a command, it did not reach the journal.
   */
  readonly result?: "stored" | "lost";
};

/** Looks for a step in what one attempt writes. */
export class StepFinder {
  readonly #step: Step;
  #commands: number;
  #runId: number | undefined;

  /** @param commands what the invocation has done so far */
  constructor(step: Step, commands: readonly JournalEntry[]) {
    this.#step = step;
    this.#commands = commands.length;
    for (const { type, payload } of commands) this.#noteRun(type, payload);
  }

  static concerns(step: Step, { service, handler }: AttemptRequest): boolean {
    return (step.service ?? service) === service && (step.handler ?? handler) === handler;
  }

  /** @returns how many of the frames still reach the server; undefined when the step is not among them */
  cut(frames: readonly Frame[]): number | undefined {
    for (const [i, frame] of frames.entries()) {
      if (this.#isStep(frame)) return this.#step.result === "lost" ? i : i + 1;
    }
    return undefined;
  }

  #isStep({ type, payload }: Frame): boolean {
    if (isCommand(type)) {
      this.#noteRun(type, payload);
      const index = this.#commands++;
      return "command" in this.#step && this.#step.command === index;
    }
    if (type !== MessageType.ProposeRunCompletion || this.#runId === undefined) return false;
    return codec.ProposeRunCompletion.decode(payload).resultCompletionId === this.#runId;
  }

  #noteRun(type: number, payload: Uint8Array): void {
    if (type !== MessageType.Run || !("run" in this.#step)) return;
    const { name, resultCompletionId } = codec.Run.decode(payload);
    if (name === this.#step.run) this.#runId = resultCompletionId;
  }
}
