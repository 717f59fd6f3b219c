import type { Duration } from "../duration.js";
import type { TerminalError } from "../errors.js";
import type { Awaited } from "../machine/awaiting.js";
import type { Leaf } from "./leaf.js";

/** How a promise ended. */
export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** What promises need from the attempt that they belong to. */
export interface PromiseScope {
  /** The attempt has ended: nothing settles any more. */
  readonly isOver: boolean;
  /** User code awaits this. */
  addRoot(node: DurableNode<unknown>): void;
  /** A root is settled; its reactions run before anything else happens. */
  removeRoot(node: DurableNode<unknown>): void;
  demand(leaf: Leaf<unknown>): void;
  release(leaf: Leaf<unknown>): void;
  sleep(duration: Duration | number): DurableNode<void>;
  /** User code misbehaved in a way that ends the attempt. */
  fault(error: unknown): void;
  /** Until `end` is called, no further result is looked at: user code is busy with something that is not durable. */
  hold(): { end(): void };
}

interface Parent {
  readonly isUsed: boolean;
  childSettled(index: number, settled: Settled<unknown>): void;
}

/**
 * A promise of the SDK, as a node in the graph of what user code combines and awaits.
 *
 * Results enter at the leaves, one at a time and in the order of the journal, and rise through combinators at once.
 * Outcomes therefore do not depend on how the engine schedules promise reactions. A result is only looked at while it is
 * demanded, that is while some awaited promise still depends on it.
 */
export abstract class DurableNode<T> implements Promise<T> {
  abstract readonly [Symbol.toStringTag]: string;
  settled: Settled<T> | undefined;
  #demand = 0;
  #parents: { parent: Parent; index: number }[] | undefined;
  #native: Promise<T> | undefined;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  /** @param scope undefined for constants, which belong to no attempt */
  constructor(readonly scope: PromiseScope | undefined) {}

  /** What is still awaited below this node; undefined if nothing that the server could tell. */
  abstract awaited(): Awaited | undefined;

  /** Called when the first dependant appears. */
  protected onDemanded(): void {}
  /** Called when the last dependant is gone, or this is settled. */
  protected onReleased(): void {}

  /** Somebody waits for this right now. */
  get isDemanded(): boolean {
    return this.#demand > 0;
  }

  /** Somebody awaits this, or something that is made of it. */
  get isUsed(): boolean {
    return (
      this.settled !== undefined ||
      this.#native !== undefined ||
      (this.#parents?.some(({ parent }) => parent.isUsed) ?? false)
    );
  }

  addParent(parent: Parent, index: number): void {
    this.#parents ??= [];
    this.#parents.push({ parent, index });
  }

  retain(): void {
    if (this.#demand++ === 0 && this.settled === undefined) this.onDemanded();
  }

  release(): void {
    if (--this.#demand === 0 && this.settled === undefined) this.onReleased();
  }

  protected settle(settled: Settled<T>): void {
    if (this.settled !== undefined) return;
    this.settled = settled;
    if (this.#demand > 0) this.onReleased();
    const parents = this.#parents;
    this.#parents = undefined;
    if (parents !== undefined) for (const { parent, index } of parents) parent.childSettled(index, settled);
    if (this.#native !== undefined) {
      this.scope?.removeRoot(this);
      this.#deliver(settled);
    }
  }

  /** Fails those who await this now. The node itself stays as it is: what it stands for has not ended. */
  interrupt(error: TerminalError): void {
    this.#reject?.(error);
    this.release();
  }

  #deliver(settled: Settled<T>): void {
    if (settled.ok) this.#resolve?.(settled.value);
    else this.#reject?.(settled.error);
  }

  #observe(): Promise<T> {
    if (this.#native !== undefined) return this.#native;
    this.#native = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve as (value: unknown) => void;
      this.#reject = reject;
    });
    if (this.scope?.isOver) return this.#native;
    if (this.settled === undefined) {
      // Registered first: demanding may settle it at once, which takes it out again.
      this.scope?.addRoot(this as DurableNode<unknown>);
      this.retain();
    } else {
      this.#deliver(this.settled);
    }
    return this.#native;
  }

  // biome-ignore lint/suspicious/noThenProperty: this is a promise
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#observe().then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#observe().catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.#observe().finally(onfinally);
  }
}
