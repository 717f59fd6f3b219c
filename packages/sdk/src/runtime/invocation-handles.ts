import type { InvocationHandle, InvocationId, InvocationPromise } from "../context/promise.js";
import type { Handle } from "../machine/awaiting.js";
import { type CombinableNode, Constant } from "./combinators.js";
import { decodeInvocationId } from "./decode.js";
import { type Decode, Leaf } from "./leaf.js";
import type { PromiseScope } from "./node.js";

/*
 * What calls and sends give back: the id of the invocation, whose promise is made when somebody asks. They are classes, since
 * an accessor that is defined for one object keeps all that it refers to alive until a full garbage collection.
 */

/** Of a call. */
export class CalledLeaf<T> extends Leaf<T> implements InvocationPromise<T> {
  readonly #idHandle: Handle;
  #invocationId: CombinableNode<InvocationId> | undefined;

  constructor(scope: PromiseScope, handles: { result: Handle; invocationId: Handle }, decode: Decode<T>) {
    super(scope, handles.result, decode);
    this.#idHandle = handles.invocationId;
  }

  get invocationId(): CombinableNode<InvocationId> {
    this.#invocationId ??= new Leaf(this.scope, this.#idHandle, decodeInvocationId);
    return this.#invocationId;
  }
}

/** Of a send. */
export class SentInvocation implements InvocationHandle {
  readonly #scope: PromiseScope;
  readonly #idHandle: Handle;
  #invocationId: CombinableNode<InvocationId> | undefined;

  constructor(scope: PromiseScope, idHandle: Handle) {
    this.#scope = scope;
    this.#idHandle = idHandle;
  }

  get invocationId(): CombinableNode<InvocationId> {
    this.#invocationId ??= new Leaf(this.#scope, this.#idHandle, decodeInvocationId);
    return this.#invocationId;
  }
}

/** Of a call that comes too late, when the attempt is over. */
export function neverCalled<T>(): InvocationPromise<T> {
  return Object.assign(Constant.pending<T>(), { invocationId: Constant.pending<InvocationId>() });
}
