import type { FrameParts, Start } from "@pawl/protocol";
import { Combinator } from "@pawl/protocol";
import type { DevelopmentChecks } from "../development/checks.js";
import type { Duration } from "../duration.js";
import type { TerminalError } from "../errors.js";
import { CancelledError, RestateError } from "../errors.js";
import type { Awaited, AwaitSet, Handle } from "../machine/awaiting.js";
import { AttemptError, type RelatedCommand } from "../machine/errors.js";
import type { InvocationMachine } from "../machine/machine.js";
import type { CombinableNode } from "./combinators.js";
import { FaultyCommand, toAttemptError } from "./faults.js";
import type { Leaf } from "./leaf.js";
import type { DurableNode, PromiseScope } from "./node.js";
import { afterMicrotasks } from "./turn.js";

/** Where the bytes for the server go. */
export interface OutputSink {
  /** @returns false when the receiver is slow: write no more until `Attempt.outputDrained` */
  write(bytes: Uint8Array): boolean;
  /** Nothing more will be written after this. */
  end(bytes?: Uint8Array): void;
}

/** From here on output does not wait until user code rests: a handler may send without end and never await. */
const EARLY_FLUSH_BYTES = 256 * 1024;
/** More than this may not wait for a slow receiver; then the attempt fails. */
const MAX_UNSENT_BYTES = 256 * 1024 * 1024;

/** How an attempt came to its end. */
export type AttemptEnd = "completed" | "suspended" | "failed" | "disconnected";

/** What happens inside of an attempt, seen by those who drive it. */
export interface AttemptEvents {
  /** The journal has arrived: start the handler. */
  ready(): void;
  /** Executes the closure of a run. */
  execute(handle: Handle): void;
  /** @param cause what an attempt failed with */
  ended(end: AttemptEnd, cause?: unknown): void;
}

/**
 * One attempt of one invocation: stands between the pure machine, user code that awaits, and a transport.
 *
 * Everything here happens in turns. User code runs until it rests; then, if it awaits something, the machine is asked for
 * the next result that is awaited. That settles promises, and user code runs again, alone, before the next result is looked
 * at. So results reach user code in the order of the journal, however they arrived.
 */
export class Attempt implements PromiseScope, AwaitSet {
  readonly #roots = new Set<DurableNode<unknown>>();
  readonly #demanded = new Map<Handle, Leaf<unknown>>();
  #over = false;
  #started = false;
  #scheduled = false;
  #rootSettled = false;
  #outputBlocked = false;
  #holds = 0;
  /** Creates the promise of a sleep: the context. */
  sleeper: { sleep(duration: Duration | number): CombinableNode<void> } | undefined;
  /** What is checked in development mode; absent in production. */
  development: DevelopmentChecks | undefined;
  /** Unix milliseconds: what sleeps and delays are counted from. */
  now: () => number = Date.now;
  /** Throws if user code must not use its context where it stands now; set by contexts that know such places. */
  guard: (() => void) | undefined;

  constructor(
    readonly machine: InvocationMachine,
    private readonly sink: OutputSink,
    private readonly events: AttemptEvents,
    private readonly maxUnsentBytes = MAX_UNSENT_BYTES,
  ) {}

  get isOver(): boolean {
    return this.#over;
  }

  // Input and output, from the transport

  receive(chunk: Uint8Array): void {
    // Values that user code sees are views into it. They are Uint8Arrays: those of Node's Buffer slice in another way.
    this.#take((machine) =>
      machine.receive(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
    );
  }

  /** Start and journal at once, from a server in this process. */
  receiveOpening(start: Start, journal: readonly FrameParts[]): void {
    this.#take((machine) => machine.receiveOpening(start, journal));
  }

  /** One frame after the opening, from a server in this process. */
  receiveFrame(type: number, payload: Uint8Array): void {
    this.#take((machine) => machine.receiveFrame({ type, payload }));
  }

  receiveEnd(): void {
    this.#take((machine) => machine.receiveEnd());
  }

  #take(input: (machine: InvocationMachine) => void): void {
    if (this.#over) return;
    try {
      input(this.machine);
    } catch (error) {
      this.fault(error);
      return;
    }
    this.#inputArrived();
  }

  /** The connection broke. The server starts a new attempt by itself. */
  disconnected(): void {
    if (this.#over) return;
    this.machine.abandon();
    this.#end("disconnected");
  }

  outputDrained(): void {
    if (!this.#outputBlocked) return;
    this.#outputBlocked = false;
    if (!this.#over) this.#turn();
  }

  #inputArrived(): void {
    if (!this.#started) {
      if (!this.machine.isReady) return;
      this.#started = true;
      this.events.ready();
      // The handler has run up to its first await; its reactions come before the next turn.
      this.schedule();
    } else if (!this.#scheduled) {
      this.#turn();
    }
  }

  // Operations of the context

  /**
   * Does something with the machine on behalf of user code.
   * @returns undefined when the attempt is over or ends by this; then the operation's promise must never settle
   * @throws what the guard throws
   */
  perform<T>(operation: (machine: InvocationMachine) => T): T | undefined {
    if (this.#over) {
      this.development?.usedWhenOver();
      return undefined;
    }
    this.guard?.();
    this.development?.refuseInRun();
    return this.performUnguarded(operation);
  }

  /** The same on behalf of the SDK itself, wherever user code stands. */
  performUnguarded<T>(operation: (machine: InvocationMachine) => T): T | undefined {
    if (this.#over) return undefined;
    try {
      const result = operation(this.machine);
      this.schedule();
      if (this.machine.outputBytes >= EARLY_FLUSH_BYTES) this.#flushEarly();
      return this.#over ? undefined : result;
    } catch (error) {
      this.fault(error);
      return undefined;
    }
  }

  /** Ends the attempt with an error that the server retries. */
  fault(error: unknown, related?: RelatedCommand): void {
    if (this.#over) return;
    if (!this.machine.isClosed) {
      const cause = error instanceof FaultyCommand ? error.cause : error;
      const command = related ?? (error instanceof FaultyCommand ? error.related : undefined);
      this.machine.fail(cause instanceof AttemptError ? cause : toAttemptError(cause, command));
    }
    this.#end("failed", error);
  }

  /** The handler's result is written; the machine is closed. */
  complete(): void {
    if (!this.#over) this.#end("completed");
  }

  sleep(duration: Duration | number): CombinableNode<void> {
    return this.sleeper!.sleep(duration);
  }

  hold(): { end(): void } {
    this.#holds++;
    return {
      end: () => {
        this.#holds--;
        this.schedule();
      },
    };
  }

  // What is awaited

  addRoot(node: DurableNode<unknown>): void {
    this.#roots.add(node);
    this.schedule();
  }

  removeRoot(node: DurableNode<unknown>): void {
    if (this.#roots.delete(node)) this.#rootSettled = true;
  }

  demand(leaf: Leaf<unknown>): void {
    const result = this.#over ? undefined : this.machine.take(leaf.handle);
    if (result !== undefined) leaf.complete(result);
    else this.#demanded.set(leaf.handle, leaf);
  }

  release(leaf: Leaf<unknown>): void {
    if (this.#demanded.get(leaf.handle) === leaf) this.#demanded.delete(leaf.handle);
  }

  has(handle: Handle): boolean {
    return this.#demanded.has(handle);
  }

  tree(): Awaited {
    const children: Awaited[] = [];
    for (const root of this.#roots) {
      const awaited = root.awaited();
      if (awaited !== undefined) children.push(awaited);
    }
    return children.length === 1 ? children[0]! : { combinator: Combinator.FirstCompleted, children };
  }

  origin(): string | undefined {
    for (const root of this.#roots) {
      const origin = this.development?.originOf(root);
      if (origin !== undefined) return origin;
    }
    return undefined;
  }

  // Turns

  /** A turn follows when user code rests. */
  schedule(): void {
    if (this.#scheduled || this.#over) return;
    this.#scheduled = true;
    afterMicrotasks(this.#scheduledTurn);
  }

  readonly #scheduledTurn = (): void => {
    this.#scheduled = false;
    this.#turn();
  };

  #turn(): void {
    if (this.#over) return;
    if (this.#roots.size > 0 && this.#holds === 0 && !this.#outputBlocked) this.#progress();
    this.#flush();
  }

  #progress(): void {
    this.#rootSettled = false;
    while (!this.#over) {
      let step: ReturnType<InvocationMachine["progress"]>;
      try {
        step = this.machine.progress(this);
      } catch (error) {
        this.fault(error);
        return;
      }
      switch (step.kind) {
        case "ready":
          this.#demanded.get(step.handle)!.complete(this.machine.take(step.handle)!);
          if (this.#rootSettled) return this.schedule();
          if (this.#holds > 0) return;
          break;
        case "execute":
          this.events.execute(step.handle);
          break;
        case "wait":
          return;
        case "cancelled":
          this.#interruptOldest(new CancelledError());
          return this.schedule();
        case "suspended":
          return this.#end("suspended");
      }
    }
  }

  /** A cancellation fails one await, the one that began first, as with the official SDK; the others go on. */
  #interruptOldest(error: TerminalError): void {
    for (const root of this.#roots) {
      this.#roots.delete(root);
      root.interrupt(error);
      return;
    }
  }

  /** The receiver sets the pace of the handler at its next await; until then what it sends piles up, within bounds. */
  #flushEarly(): void {
    this.#flush();
    if (this.machine.outputBytes <= this.maxUnsentBytes) return;
    const message =
      `More than ${this.maxUnsentBytes} bytes of commands wait for a server that takes them more slowly. Await something ` +
      "of the context now and then, for instance 'await handle.invocationId' after some hundred sends.";
    this.fault(new RestateError(message));
  }

  #flush(): void {
    if (this.#over || this.#outputBlocked) return;
    const bytes = this.machine.takeOutput();
    if (bytes !== undefined && !this.sink.write(bytes)) this.#outputBlocked = true;
  }

  #end(end: AttemptEnd, cause?: unknown): void {
    this.#over = true;
    // What user code still awaits stays pending forever; with nothing that refers to it, it is collected.
    this.#roots.clear();
    this.#demanded.clear();
    if (end !== "disconnected") this.sink.end(this.machine.takeOutput());
    this.events.ended(end, cause);
  }
}
