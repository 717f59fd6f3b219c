import type { NotificationResult } from "@pawl/protocol";
import type { Handle } from "../machine/awaiting.js";
import { CombinableNode } from "./combinators.js";
import type { PromiseScope, Settled } from "./node.js";

/** Makes the outcome of an operation from what the server sent. May throw or reject; that ends the attempt. */
export type Decode<T> = (result: NotificationResult) => Settled<T> | Promise<Settled<T>>;

/** The promise of one operation of the context. */
export class Leaf<T> extends CombinableNode<T> {
  readonly [Symbol.toStringTag] = "RestatePromise";

  constructor(
    override readonly scope: PromiseScope,
    readonly handle: Handle,
    readonly decode: Decode<T>,
  ) {
    super(scope);
  }

  /** The result is there. */
  complete(result: NotificationResult): void {
    let settled: Settled<T> | Promise<Settled<T>>;
    try {
      settled = this.decode(result);
    } catch (error) {
      this.scope.fault(error);
      return;
    }
    if (settled instanceof Promise) this.#settleLater(settled);
    else this.settle(settled);
  }

  /** What comes after this result in the journal waits for it: the order must not depend on how long decoding takes. */
  #settleLater(later: Promise<Settled<T>>): void {
    const hold = this.scope.hold();
    later.then(
      (settled) => {
        if (!this.scope.isOver) this.settle(settled);
        hold.end();
      },
      (error: unknown) => this.scope.fault(error),
    );
  }

  override awaited(): Handle {
    return this.handle;
  }

  protected override onDemanded(): void {
    this.scope.demand(this as Leaf<unknown>);
  }

  protected override onReleased(): void {
    this.scope.release(this as Leaf<unknown>);
  }
}
