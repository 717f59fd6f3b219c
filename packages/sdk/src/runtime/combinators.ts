import { Combinator } from "@pawl/protocol";
import { recognizeAcrossCopies } from "../across-copies.js";
import type { RestatePromise } from "../context/promise.js";
import type { Duration } from "../duration.js";
import { TerminalError, TimeoutError } from "../errors.js";
import type { Awaited } from "../machine/awaiting.js";
import { DurableNode, type PromiseScope, type Settled } from "./node.js";
import { isThenable } from "./thenable.js";

/** A node with the methods that users see. */
export abstract class CombinableNode<T> extends DurableNode<T> implements RestatePromise<T> {
  static {
    recognizeAcrossCopies(CombinableNode, "CombinableNode");
  }

  orTimeout(duration: Duration | number): RestatePromise<T> {
    if (this.scope === undefined)
      return this.settled === undefined ? Constant.rejected(new TimeoutError()) : this;
    return new Timeout<T>(this.scope, this, this.scope.sleep(duration));
  }

  map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<U> {
    return new Mapped<T, U>(this.scope, this, mapper);
  }
}

/** A promise that waits for nothing, or forever. */
export class Constant<T> extends CombinableNode<T> {
  readonly [Symbol.toStringTag] = "RestatePromise";

  static fulfilled<T>(value: T): Constant<T> {
    return new Constant<T>(undefined, { ok: true, value });
  }

  static rejected<T>(error: unknown): Constant<T> {
    return new Constant<T>(undefined, { ok: false, error });
  }

  /** Never settles. */
  static pending<T>(): Constant<T> {
    return new Constant<T>(undefined, undefined);
  }

  private constructor(scope: PromiseScope | undefined, settled: Settled<T> | undefined) {
    super(scope);
    this.settled = settled;
  }

  override awaited(): undefined {}
}

/** A node over others. */
abstract class Combination<C, T> extends CombinableNode<T> {
  readonly [Symbol.toStringTag] = "RestatePromise";
  protected abstract readonly combinator: Combinator;
  #retained = 0;

  constructor(
    scope: PromiseScope | undefined,
    protected readonly children: readonly DurableNode<C>[],
  ) {
    super(scope);
  }

  /** To be called at the end of the constructor: results that are there already count in the order of the children. */
  protected connect(): void {
    this.children.forEach((child, index) => {
      if (child.settled === undefined) child.addParent(this, index);
      else this.childSettled(index, child.settled);
    });
  }

  abstract childSettled(index: number, settled: Settled<C>): void;

  override awaited(): Awaited | undefined {
    const children: Awaited[] = [];
    for (const child of this.children) {
      if (child.settled !== undefined) continue;
      const awaited = child.awaited();
      if (awaited !== undefined) children.push(awaited);
    }
    return children.length === 0 ? undefined : { combinator: this.combinator, children };
  }

  protected override onDemanded(): void {
    for (const child of this.children) {
      this.#retained++;
      child.retain();
      if (this.settled !== undefined) return;
    }
  }

  protected override onReleased(): void {
    const retained = this.#retained;
    this.#retained = 0;
    for (let i = 0; i < retained; i++) this.children[i]!.release();
  }
}

export class All<C> extends Combination<C, C[]> {
  protected override readonly combinator = Combinator.AllSucceededOrFirstFailed;
  readonly #values: C[] = [];
  #missing: number;

  constructor(scope: PromiseScope | undefined, children: readonly DurableNode<C>[]) {
    super(scope, children);
    this.#missing = children.length;
    if (this.#missing === 0) this.settle({ ok: true, value: [] });
    this.connect();
  }

  override childSettled(index: number, settled: Settled<C>): void {
    if (!settled.ok) {
      this.settle(settled);
      return;
    }
    this.#values[index] = settled.value;
    if (--this.#missing === 0) this.settle({ ok: true, value: this.#values });
  }
}

export class AllSettled<C> extends Combination<C, PromiseSettledResult<C>[]> {
  protected override readonly combinator = Combinator.AllCompleted;
  readonly #results: PromiseSettledResult<C>[] = [];
  #missing: number;

  constructor(scope: PromiseScope | undefined, children: readonly DurableNode<C>[]) {
    super(scope, children);
    this.#missing = children.length;
    if (this.#missing === 0) this.settle({ ok: true, value: [] });
    this.connect();
  }

  override childSettled(index: number, settled: Settled<C>): void {
    this.#results[index] = settled.ok
      ? { status: "fulfilled", value: settled.value }
      : { status: "rejected", reason: settled.error };
    if (--this.#missing === 0) this.settle({ ok: true, value: this.#results });
  }
}

export class Race<C> extends Combination<C, C> {
  protected override readonly combinator = Combinator.FirstCompleted;

  constructor(scope: PromiseScope | undefined, children: readonly DurableNode<C>[]) {
    super(scope, children);
    this.connect();
  }

  override childSettled(_index: number, settled: Settled<C>): void {
    this.settle(settled);
  }
}

export class Any<C> extends Combination<C, C> {
  protected override readonly combinator = Combinator.FirstSucceededOrAllFailed;
  readonly #errors: unknown[] = [];
  #missing: number;

  constructor(scope: PromiseScope | undefined, children: readonly DurableNode<C>[]) {
    super(scope, children);
    this.#missing = children.length;
    if (this.#missing === 0) this.#fail();
    this.connect();
  }

  override childSettled(index: number, settled: Settled<C>): void {
    if (settled.ok) {
      this.settle(settled);
      return;
    }
    this.#errors[index] = settled.error;
    if (--this.#missing === 0) this.#fail();
  }

  #fail(): void {
    this.settle({ ok: false, error: new AggregateError(this.#errors, "All promises were rejected") });
  }
}

/** The first child, unless the second one, a sleep, ends before. */
class Timeout<T> extends Combination<unknown, T> {
  // Which of the two decides is not a rule that the server knows.
  protected override readonly combinator = Combinator.Unknown;

  constructor(scope: PromiseScope, promise: DurableNode<T>, timer: DurableNode<void>) {
    super(scope, [promise as DurableNode<unknown>, timer as DurableNode<unknown>]);
    this.connect();
  }

  override childSettled(index: number, settled: Settled<unknown>): void {
    if (index === 0) this.settle(settled as Settled<T>);
    else this.settle({ ok: false, error: settled.ok ? new TimeoutError() : settled.error });
  }
}

/** The mapper runs only while somebody awaits the result, in the order of the journal. */
class Mapped<C, T> extends Combination<C, T> {
  protected override readonly combinator = Combinator.Unknown;
  #started = false;

  constructor(
    scope: PromiseScope | undefined,
    child: DurableNode<C>,
    readonly mapper: (value?: C, failure?: TerminalError) => T,
  ) {
    super(scope, [child]);
    this.connect();
  }

  override childSettled(_index: number, settled: Settled<C>): void {
    if (this.isDemanded) this.#apply(settled);
  }

  protected override onDemanded(): void {
    super.onDemanded();
    const { settled } = this.children[0]!;
    if (settled !== undefined) this.#apply(settled);
  }

  #apply(settled: Settled<C>): void {
    if (this.#started) return;
    this.#started = true;
    if (!settled.ok && !(settled.error instanceof TerminalError)) {
      this.settle(settled);
      return;
    }
    try {
      const mapped = settled.ok
        ? this.mapper(settled.value)
        : this.mapper(undefined, settled.error as TerminalError);
      if (isThenable(mapped)) this.#adopt(mapped as PromiseLike<T>);
      else this.settle({ ok: true, value: mapped });
    } catch (error) {
      this.#fail(error);
    }
  }

  #adopt(mapped: PromiseLike<T>): void {
    const hold = this.scope?.hold();
    mapped.then(
      (value) => {
        this.settle({ ok: true, value });
        hold?.end();
      },
      (error: unknown) => {
        this.#fail(error);
        hold?.end();
      },
    );
  }

  #fail(error: unknown): void {
    if (error instanceof TerminalError || this.scope === undefined) this.settle({ ok: false, error });
    else this.scope.fault(error);
  }
}
