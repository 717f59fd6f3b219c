import type { JournalValueCodec } from "../journal-codec.js";
import type { Handle } from "../machine/awaiting.js";
import { describe, type RelatedCommand } from "../machine/errors.js";
import type { InvocationMachine } from "../machine/machine.js";
import type { Serde } from "../serde.js";
import type { Attempt } from "./attempt.js";
import { type CombinableNode, Constant } from "./combinators.js";
import { decodeWith } from "./decode.js";
import { FaultyCommand, UnserializableError } from "./faults.js";
import { type Decode, Leaf } from "./leaf.js";

/** What all operations of a context have in common: how they reach the machine, and how their results come back. */
export class Operations {
  constructor(
    readonly attempt: Attempt,
    readonly defaultSerde: Serde<unknown>,
    private readonly codec?: JournalValueCodec,
  ) {}

  serdeOr<T>(chosen: Serde<T> | undefined): Serde<T> {
    return chosen ?? (this.defaultSerde as Serde<T>);
  }

  /** An operation whose result comes later. */
  operate<T>(
    operation: (machine: InvocationMachine) => Handle,
    decoder: (related: RelatedCommand) => Decode<T>,
  ): CombinableNode<T> {
    const handle = this.attempt.perform(operation);
    if (handle === undefined) return Constant.pending();
    const related = this.attempt.machine.latestCommand;
    return this.leaf(handle, decoder(related), related);
  }

  /** The promise of an operation that somebody should await. */
  leaf<T>(handle: Handle, decode: Decode<T>, related: RelatedCommand): Leaf<T> {
    const leaf = new Leaf<T>(this.attempt, handle, decode);
    this.attempt.development?.created(leaf, related);
    return leaf;
  }

  decoder<T, E>(serde: Serde<T>, empty: E, related: RelatedCommand): Decode<T | E> {
    return decodeWith(serde, empty, related, this.codec);
  }

  /** An operation whose result is a value, or nothing. */
  operateForValue<T, E>(
    operation: (machine: InvocationMachine) => Handle,
    serde: Serde<T> | undefined,
    empty: E,
  ): CombinableNode<T | E> {
    return this.operate(operation, (related) => this.decoder(this.serdeOr(serde), empty, related));
  }

  /** An operation without a result. */
  perform(operation: (machine: InvocationMachine) => void): void {
    this.attempt.perform(operation);
  }

  encode(bytes: Uint8Array): Uint8Array {
    return this.codec === undefined ? bytes : this.codec.encode(bytes);
  }

  /** @returns undefined if the value does not serialize: then the attempt has ended */
  serialize<T>(type: number, serde: Serde<T>, value: T): Uint8Array | undefined {
    return this.serializeFor(this.attempt.machine.nextCommand(type), serde, value);
  }

  /** The same for a command that was sent already. */
  serializeFor<T>(related: RelatedCommand, serde: Serde<T>, value: T): Uint8Array | undefined {
    this.attempt.development?.serializes(value, serde, related);
    try {
      return this.encode(serde.serialize(value));
    } catch (error) {
      const fault = new UnserializableError(`The value of ${describe(related)}`, error);
      this.attempt.fault(new FaultyCommand(fault, related));
      return undefined;
    }
  }
}
