import { TerminalError } from "../errors.js";
import { describe, type RelatedCommand } from "../machine/errors.js";
import type { Attempt } from "../runtime/attempt.js";
import { captureStack, userFramesOf, userStack } from "../runtime/call-site.js";
import type { DurableNode } from "../runtime/node.js";

/** What an attempt asks and tells in development mode. */
export interface DevelopmentChecks {
  enterHandler<T>(handler: () => T): T;
  enterRun<T>(action: () => T): T;
  /** A promise that somebody should await. */
  created(node: DurableNode<unknown>, related: RelatedCommand): void;
  /** @throws TerminalError inside of a run */
  refuseInRun(): void;
  usedRand(): void;
  /** The stack of user code that made a promise. */
  originOf(node: DurableNode<unknown>): string | undefined;
  handlerReturned(): void;
}

type Warn = (frame: string, message: string) => void;

/** Where user code stands: in a handler, outside of its runs, or inside of one. */
interface Place {
  readonly checks: AttemptChecks;
  readonly inRun: boolean;
}

type AsyncHooks = typeof import("node:async_hooks");

// Asked for at run time, where an import would keep the SDK from platforms without it. Those have fewer checks.
const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks") as AsyncHooks | undefined;
const places = hooks && new hooks.AsyncLocalStorage<Place>();

function runAt<T>(place: Place, code: () => T): T {
  return places === undefined ? code() : places.run(place, code);
}

/** Warns if handler code is running, outside of its runs. @param find says where; undefined: not in user code */
export function warnInHandler(find: () => string | undefined, message: string): void {
  const place = places?.getStore();
  if (place === undefined || place.inRun) return;
  place.checks.warnWhileRunning(find, message);
}

interface Created {
  readonly related: RelatedCommand;
  readonly origin: { readonly stack?: string };
}

export class AttemptChecks implements DevelopmentChecks {
  readonly #created = new Map<DurableNode<unknown>, Created>();

  constructor(
    private readonly attempt: Attempt,
    private readonly warn: Warn,
  ) {}

  enterHandler<T>(handler: () => T): T {
    return runAt({ checks: this, inRun: false }, handler);
  }

  enterRun<T>(action: () => T): T {
    return runAt({ checks: this, inRun: true }, action);
  }

  get #isInRun(): boolean {
    const place = places?.getStore();
    return place?.checks === this && place.inRun;
  }

  created(node: DurableNode<unknown>, related: RelatedCommand): void {
    this.#created.set(node, { related, origin: captureStack() });
  }

  refuseInRun(): void {
    if (!this.#isInRun) return;
    throw new TerminalError(
      "The context was used inside of ctx.run. On replay the closure is not executed, and what it did with the context would " +
        "be missing: do that before or after the run, and only return a value from it.",
    );
  }

  usedRand(): void {
    if (!this.#isInRun) return;
    const frame = userStack();
    if (frame === undefined) return;
    this.warn(
      firstLine(frame),
      "ctx.rand was used inside of ctx.run: on replay the closure is not executed, and later numbers differ. Draw the number " +
        "outside, or use Math.random() in the closure, whose result is recorded.",
    );
  }

  originOf(node: DurableNode<unknown>): string | undefined {
    return userFramesOf(this.#created.get(node)?.origin.stack);
  }

  warnWhileRunning(find: () => string | undefined, message: string): void {
    if (this.attempt.isOver) return;
    const frame = find();
    if (frame !== undefined) this.warn(frame, message);
  }

  handlerReturned(): void {
    for (const [node, { related, origin }] of this.#created) {
      const frames = node.isUsed ? undefined : userFramesOf(origin.stack);
      if (frames !== undefined) this.warn(firstLine(frames), floatingMessage(related));
    }
  }
}

const RUN = "Run";

function floatingMessage(related: RelatedCommand): string {
  const what = describe(related);
  return (
    `The promise of ${what} was never awaited, and the handler has returned. ` +
    (what.startsWith(RUN)
      ? "Its closure was not executed: await it."
      : "Its failure is lost, and nothing waits for it: await it, or use a send client for a call whose result does not matter.")
  );
}

const firstLine = (text: string): string => text.split("\n", 1)[0]!;
