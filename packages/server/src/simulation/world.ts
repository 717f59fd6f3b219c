import type { AttemptRequest } from "../invoker/invoker.js";
import { HandlerKind } from "../store/store.js";
import type { SimulatedHandler } from "./programs.js";

const KEYS = 3;

/** What an observer outside the server has seen. It outlives every crash, and notices when a promise is broken. */
export class World {
  readonly violations: string[] = [];
  /** Awakeables that handlers wait for. */
  readonly awakeables = new Set<string>();
  /** Invocations that the server has acknowledged: they must end. */
  readonly acknowledged = new Set<string>();
  readonly killed = new Set<string>();
  /** Invocations that an operator wanted removed: they may be gone. */
  readonly purged = new Set<string>();
  /** Those whose pause was promised, and that nobody has resumed since: whatever runs of them may end, nothing may begin. */
  readonly paused = new Set<string>();
  /** Those that a later call with the same key means, too. */
  readonly derived = new Set<string>();
  /** What each handler that came to its end put out. */
  readonly outputs = new Map<string, string>();
  readonly endedServices = new Map<string, string>();
  /** How many times each key was incremented by handlers that came to their end. */
  readonly increments = new Map<string, number>();
  readonly #executions = new Map<string, number>();
  readonly #finished = new Map<string, string>();
  readonly #holders = new Map<string, string>();
  readonly #begun = new Set<string>();
  /** Per key: exclusive calls in the order in which a client knew of them. */
  readonly #queue = new Map<string, { id: string; submitted: number; acknowledged: number }[]>();
  #moment = 0;

  /** @param mayBeKilled a kill reaches what the killed one called, unseen from outside: some checks do not hold then */
  constructor(
    readonly now: () => number,
    readonly mayBeKilled: boolean,
  ) {}

  violation(message: string): void {
    this.violations.push(message);
  }

  /** The key that a call goes to, the same one at every replay. */
  keyFor(service: string, seed: string): string {
    if (!service.startsWith("Object")) return "";
    let hash = 0;
    for (let i = 0; i < seed.length; i++) hash = (Math.imul(hash, 31) + seed.charCodeAt(i)) >>> 0;
    return `k${hash % KEYS}`;
  }

  /** A side effect: its value differs each time, so that a second execution cannot go unseen. */
  execute(id: string, step: number): string {
    const name = `${id}/${step}`;
    if (this.#finished.has(name)) this.violation(`${name}: a finished step ran again`);
    const count = (this.#executions.get(name) ?? 0) + 1;
    this.#executions.set(name, count);
    return `${step}#${count}`;
  }

  /** The handler was told that the result is stored. */
  finished(id: string, step: number, value: string): void {
    const name = `${id}/${step}`;
    const before = this.#finished.get(name);
    if (before !== undefined && before !== value) this.violation(`${name}: was ${before}, is now ${value}`);
    this.#finished.set(name, value);
  }

  submitted(id: string, service: string, key: string): void {
    this.#queueOf(service, key).push({
      id,
      submitted: ++this.#moment,
      acknowledged: Number.POSITIVE_INFINITY,
    });
  }

  accepted(id: string, service: string, key: string): void {
    this.acknowledged.add(id);
    const queued = this.#queueOf(service, key).find((q) => q.id === id);
    if (queued !== undefined) queued.acknowledged = Math.min(queued.acknowledged, ++this.#moment);
  }

  #queueOf(service: string, key: string) {
    const name = `${service}/${key}`;
    let queue = this.#queue.get(name);
    if (queue === undefined) {
      queue = [];
      this.#queue.set(name, queue);
    }
    return queue;
  }

  attemptStarted(id: string): void {
    if (this.paused.has(id)) this.violation(`${id}: was paused and an attempt starts`);
  }

  attemptBegan(id: string, request: AttemptRequest, kind: HandlerKind): void {
    if (kind !== HandlerKind.ObjectExclusive && kind !== HandlerKind.WorkflowRun) return;
    const name = `${request.service}/${request.key}`;
    const holder = this.#holders.get(name);
    if (holder !== undefined && holder !== id && !this.outputs.has(holder) && !this.mayBeKilled) {
      this.violation(`${name}: ${id} runs while ${holder} holds the key`);
    }
    this.#holders.set(name, id);
    if (this.#begun.has(id)) return;
    this.#begun.add(id);
    const queue = this.#queueOf(request.service, request.key ?? "");
    const mine = queue.find((q) => q.id === id);
    if (mine === undefined) return;
    for (const other of queue) {
      if (other.acknowledged < mine.submitted && !this.#begun.has(other.id) && !this.mayBeKilled) {
        this.violation(`${name}: ${id} overtook ${other.id}`);
      }
    }
  }

  /** A handler came to its end. It may do so again if that was lost, but with the same output. */
  ended(id: string, request: AttemptRequest, handler: SimulatedHandler, output: string): void {
    const before = this.outputs.get(id);
    if (before !== undefined) {
      if (before !== output) this.violation(`${id}: ended with ${before}, then with ${output}`);
      return;
    }
    this.outputs.set(id, output);
    this.endedServices.set(id, request.service);
    if (handler.kind !== HandlerKind.ObjectExclusive) return;
    if (!handler.ops.some(({ op }) => op === "increment")) return;
    const name = `${request.service}/${request.key}`;
    this.increments.set(name, (this.increments.get(name) ?? 0) + 1);
  }

  /** Somebody was given the outcome of an invocation. */
  outcomeSeen(id: string, value: string): void {
    // Somebody killed it, or its caller.
    if (value === "failure 409") return;
    const output = this.outputs.get(id);
    if (output !== value) this.violation(`${id}: the outcome seen is ${value}, the handler's is ${output}`);
  }
}
