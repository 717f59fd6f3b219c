import type { Caller } from "@pawl/embedded/internal";
import { CallRefusedError } from "@pawl/server/embedded";

type Outcome = Awaited<ReturnType<Caller["attach"]>>;

/** One life of the server. */
export interface Life {
  readonly caller: Caller;
  /** Resolves when it was killed, with the next one. */
  readonly next: Promise<Life>;
}

/** Callers that outlive the server: when it is killed they wait for it to come back, and ask for their answer again. */
export class SurvivingCaller implements Caller {
  readonly #life: () => Life;
  readonly #whileWaiting: <T>(answer: Promise<T>) => Promise<T>;

  /** @param whileWaiting is given every answer that somebody waits for */
  constructor(life: () => Life, whileWaiting: <T>(answer: Promise<T>) => Promise<T>) {
    this.#life = life;
    this.#whileWaiting = whileWaiting;
  }

  call(call: Parameters<Caller["call"]>[0]): ReturnType<Caller["call"]> {
    const life = this.#life();
    const { id, outcome } = life.caller.call(call);
    return { id, outcome: this.#whileWaiting(this.#outlive(life, id, outcome)) };
  }

  attach(id: string): Promise<Outcome> {
    const life = this.#life();
    return this.#whileWaiting(this.#outlive(life, id, life.caller.attach(id)));
  }

  async #outlive(life: Life, id: string, outcome: Promise<Outcome>): Promise<Outcome> {
    const killed = life.next.then((next) => ({ next }));
    const first = await Promise.race([outcome, killed]);
    if (!("next" in first)) return first;
    const { next } = first;
    return this.#outlive(next, id, next.caller.attach(id)).catch((error: unknown) => {
      if (!(error instanceof CallRefusedError) || error.reason !== "not-found") throw error;
      throw new CallRefusedError("closed", "the server was killed before the call was durable: call again");
    });
  }

  send(...args: Parameters<Caller["send"]>): ReturnType<Caller["send"]> {
    return this.#life().caller.send(...args);
  }

  output(id: string): ReturnType<Caller["output"]> {
    return this.#life().caller.output(id);
  }

  workflowId(workflow: string, key: string): string {
    return this.#life().caller.workflowId(workflow, key);
  }

  completeAwakeable(...args: Parameters<Caller["completeAwakeable"]>): Promise<void> {
    return this.#life().caller.completeAwakeable(...args);
  }

  cancel(id: string): Promise<void> {
    return this.#life().caller.cancel(id);
  }

  kill(id: string): Promise<void> {
    return this.#life().caller.kill(id);
  }
}
