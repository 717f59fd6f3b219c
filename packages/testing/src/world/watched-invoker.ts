import { type Frame, isCommand, MessageType } from "@pawl/protocol";
import type { Attempt, AttemptEvents, AttemptRequest, Invoker, JournalEntry } from "@pawl/server/embedded";
import type { Activity } from "./activity.js";
import { type Step, StepFinder } from "./crash-point.js";

/** Where the server is to be killed. */
export interface Trap {
  readonly step: Step;
  /** A handler stands at the step: nothing of it goes on. */
  reached(): void;
}

/** Attempts whose handlers count as activity while they do something, as opposed to waiting for the server. */
export function watchInvoker(invoker: Invoker, activity: Activity, traps: Set<Trap>): Invoker {
  return {
    start: (request, events) => new WatchedAttempt(invoker, request, events, activity, traps),
    close: () => invoker.close(),
  };
}

class WatchedAttempt implements Attempt, AttemptEvents {
  readonly #events: AttemptEvents;
  readonly #activity: Activity;
  readonly #traps: Set<Trap>;
  readonly #finders = new Map<Trap, StepFinder>();
  readonly #request: AttemptRequest;
  readonly #attempt: Attempt;
  /** Of the journal, and since. */
  readonly #commands: JournalEntry[];
  #isBusy = true;
  #isOver = false;
  #isTrapped = false;

  constructor(
    invoker: Invoker,
    request: AttemptRequest,
    events: AttemptEvents,
    activity: Activity,
    traps: Set<Trap>,
  ) {
    this.#request = request;
    this.#events = events;
    this.#activity = activity;
    this.#traps = traps;
    this.#commands = request.journal.filter(({ type }) => isCommand(type));
    activity.enter();
    this.#attempt = invoker.start(request, this);
  }

  send(type: number, payload: Uint8Array): void {
    if (this.#isTrapped) return;
    this.#setBusy(true);
    this.#attempt.send(type, payload);
  }

  askToSuspend(): void {
    if (this.#isTrapped) return;
    this.#setBusy(true);
    this.#attempt.askToSuspend();
  }

  close(): void {
    this.#end();
    this.#attempt.close();
  }

  frames(frames: readonly Frame[]): void {
    if (this.#isTrapped) return;
    const caught = this.#catch(frames);
    for (const frame of frames) if (isCommand(frame.type)) this.#commands.push(frame);
    if (caught !== undefined) {
      this.#isTrapped = true;
      if (caught.count > 0) this.#events.frames(frames.slice(0, caught.count));
      this.#end();
      caught.trap.reached();
      return;
    }
    this.#events.frames(frames);
    const last = frames.at(-1)?.type;
    if (last === MessageType.AwaitingOn) this.#setBusy(false);
    else if (isTerminal(last)) this.#end();
  }

  failed(failure: Parameters<AttemptEvents["failed"]>[0]): void {
    this.#end();
    if (!this.#isTrapped) this.#events.failed(failure);
  }

  #catch(frames: readonly Frame[]): { readonly trap: Trap; readonly count: number } | undefined {
    for (const trap of this.#traps) {
      if (!StepFinder.concerns(trap.step, this.#request)) continue;
      let finder = this.#finders.get(trap);
      if (finder === undefined) {
        finder = new StepFinder(trap.step, this.#commands);
        this.#finders.set(trap, finder);
      }
      const count = finder.cut(frames);
      if (count !== undefined) return { trap, count };
    }
    return undefined;
  }

  #setBusy(isBusy: boolean): void {
    if (this.#isOver || this.#isBusy === isBusy) return;
    this.#isBusy = isBusy;
    if (isBusy) this.#activity.enter();
    else this.#activity.leave();
  }

  #end(): void {
    this.#setBusy(false);
    this.#isOver = true;
  }
}

function isTerminal(type: number | undefined): boolean {
  return type === MessageType.End || type === MessageType.Suspension || type === MessageType.Error;
}
