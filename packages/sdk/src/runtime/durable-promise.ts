import { MessageType, type Outcome } from "@pawl/protocol";
import type { DurablePromise, RestatePromise } from "../context/promise.js";
import type { Serde } from "../serde.js";
import { Constant } from "./combinators.js";
import { decodeVoid } from "./decode.js";
import type { Operations } from "./operations.js";

/** A promise of a workflow. Each use of it is an operation of its own. */
export class WorkflowPromise<T> implements DurablePromise<T> {
  readonly [Symbol.toStringTag] = "DurablePromise";

  constructor(
    private readonly operations: Operations,
    private readonly name: string,
    private readonly serde: Serde<T>,
  ) {}

  get(): RestatePromise<T> {
    return this.operations.operateForValue(
      (machine) => machine.getPromise(this.name),
      this.serde,
      undefined as T,
    );
  }

  peek(): Promise<T | undefined> {
    return this.operations.operateForValue(
      (machine) => machine.peekPromise(this.name),
      this.serde,
      undefined,
    );
  }

  resolve(value?: T): Promise<void> {
    const bytes = this.operations.serialize(MessageType.CompletePromise, this.serde, value as T);
    return bytes === undefined ? Constant.pending() : this.#complete({ kind: "value", value: bytes });
  }

  reject(errorMsg: string): Promise<void> {
    return this.#complete({ kind: "failure", failure: { code: 500, message: errorMsg } });
  }

  #complete(completion: Outcome): Promise<void> {
    return this.operations.operate(
      (machine) => machine.completePromise(this.name, completion),
      () => decodeVoid,
    );
  }

  // biome-ignore lint/suspicious/noThenProperty: this is a promise
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.get().then(onfulfilled, onrejected);
  }

  catch<B = never>(onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.get().catch(onrejected);
  }

  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.get().finally(onfinally);
  }
}
