import { AsyncLocalStorage } from "node:async_hooks";
import { TerminalError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import type { Attempt } from "../../runtime/attempt.js";

/** The call of a generated client, as it asks for it. */
export interface ProtoCall {
  readonly service: string;
  readonly method: string;
  readonly data: Uint8Array;
  /** Undefined: it is found by what this process knows of the service. */
  readonly key?: string;
}

/** A place in user code where the context serves one purpose only. */
type Scope = OneWayScope | { readonly kind: "sideEffect"; readonly attempt: Attempt };

const scopes = new AsyncLocalStorage<Scope>();

/** The inside of a `oneWayCall` or `delayedCall`: takes the call of a client, for which there is no response. */
export class OneWayScope {
  readonly kind = "oneWay";
  readonly #calls: ProtoCall[] = [];
  #taken = false;
  /** The first thing that went wrong here. It fails the wrapper, even if user code has caught it. */
  violation: TerminalError | undefined;

  constructor(
    readonly attempt: Attempt,
    readonly wrapper: string,
  ) {}

  /** @throws TerminalError if it is one too many */
  capture(call: ProtoCall): void {
    this.#calls.push(call);
    if (this.#taken || this.#calls.length > 1) throw this.refuse("made more than one call");
  }

  /** The one call, once; undefined if there is none as yet. */
  take(): ProtoCall | undefined {
    if (this.#taken || this.violation !== undefined || this.#calls.length !== 1) return undefined;
    this.#taken = true;
    return this.#calls[0];
  }

  get hasTaken(): boolean {
    return this.#taken;
  }

  refuse(what: string): TerminalError {
    this.violation ??= new TerminalError(
      `Inside of ${this.wrapper}, the code ${what}. It takes exactly one call of a generated client: ${this.wrapper}(() => client.method(request)).`,
      { errorCode: ErrorCodes.INTERNAL },
    );
    return this.violation;
  }
}

export function runInScope<T>(scope: Scope, code: () => T): T {
  return scopes.run(scope, code);
}

/** Where user code of this attempt stands; undefined: at no special place. */
export function scopeOf(attempt: Attempt): Scope | undefined {
  const scope = scopes.getStore();
  return scope?.attempt === attempt ? scope : undefined;
}

/** @throws TerminalError where operations of the context are not allowed */
export function refuseInScope(attempt: Attempt, operation = "used the context"): void {
  const scope = scopeOf(attempt);
  if (scope === undefined) return;
  if (scope.kind === "oneWay") throw scope.refuse(`${operation} in another way`);
  throw new TerminalError(
    `Inside of a side effect, the code ${operation}. Do that outside, before or after it.`,
    {
      errorCode: ErrorCodes.INTERNAL,
    },
  );
}
