import { MessageType } from "@pawl/protocol";
import { TerminalError } from "../errors.js";
import { describe, type RelatedCommand } from "../machine/errors.js";
import type { Attempt } from "../runtime/attempt.js";
import { captureStack, userFramesOf, userStack } from "../runtime/call-site.js";
import type { DurableNode } from "../runtime/node.js";
import { serde } from "../serde.js";
import { findJsonLoss } from "./json-losses.js";

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
  called(call: { readonly service: string; readonly method: string; readonly key?: string }): void;
  /** A value goes into the journal. @param related the command that holds it */
  serializes(value: unknown, serde: unknown, related: RelatedCommand): void;
  handlerReturned(): void;
  /** The context is used although the attempt is over. */
  usedWhenOver(): void;
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

/** What the attempt's handler holds while it runs. */
interface Own {
  readonly service: string;
  readonly key: string | undefined;
  readonly behindIt: ReadonlySet<string>;
}

export class AttemptChecks implements DevelopmentChecks {
  readonly #created = new Map<DurableNode<unknown>, Created>();
  #hasReturned = false;

  constructor(
    private readonly attempt: Attempt,
    private readonly own: Own,
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

  called({ service, method, key }: { service: string; method: string; key?: string }): void {
    const { own } = this;
    if (service !== own.service || key !== own.key || !own.behindIt.has(method)) return;
    const frames = userStack();
    if (frames === undefined) return;
    this.warn(
      firstLine(frames),
      `The exclusive handler '${method}' of the handler's own key is called. It begins when this one has ended: who awaits its ` +
        "result waits for ever. Send to it, make it shared, or call a function.",
    );
  }

  serializes(value: unknown, used: unknown, related: RelatedCommand): void {
    if (used !== serde.json) return;
    const loss = findJsonLoss(value);
    const frames = loss && (this.#stackOf(related) ?? userStack());
    if (frames === undefined) return;
    const { path, what, becomes } = loss!;
    this.warn(
      firstLine(frames),
      `The value of ${describe(related)} has ${what}${path && ` at ${path}`}, and JSON makes ${becomes} of it, whatever its type ` +
        "says. Convert it, or name a serde.",
    );
  }

  #stackOf({ index }: RelatedCommand): string | undefined {
    for (const { related, origin } of this.#created.values()) {
      if (related.index === index) return userFramesOf(origin.stack);
    }
    return undefined;
  }

  handlerReturned(): void {
    this.#hasReturned = true;
    for (const [node, { related, origin }] of this.#created) {
      const message = node.isUsed ? leftMessage(node, related) : floatingMessage(related);
      const frames = message && userFramesOf(origin.stack);
      if (frames !== undefined) this.warn(firstLine(frames), message!);
    }
  }

  /** After a suspension or a failure user code may well be under way still: another attempt does what it would do. */
  usedWhenOver(): void {
    if (!this.#hasReturned) return;
    const frames = userStack();
    if (frames === undefined) return;
    this.warn(
      firstLine(frames),
      "The context was used when its handler had returned: that has no effect, and what is awaited of it never settles. Await " +
        "all that the handler does before it returns, and use each context in its own handler.",
    );
  }
}

/** Of these the handler wanted more than to wait. */
const WORK: ReadonlySet<number> = new Set([MessageType.Run, MessageType.Call]);

/** Somebody waited for a result when the handler returned: a function that nobody awaited, most likely. */
function leftMessage(node: DurableNode<unknown>, related: RelatedCommand): string | undefined {
  if (node.settled !== undefined || !node.isDemanded || !WORK.has(related.type)) return undefined;
  return (
    `The handler returned while its code waited for ${describe(related)}. Its result is lost, and what was to come after it is ` +
    "not done: await the function that this is in (forEach awaits nothing, for...of and RestatePromise.all do). If this is what " +
    "is left of a race, use RestatePromise.race or orTimeout."
  );
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
