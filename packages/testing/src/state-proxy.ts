// biome-ignore-all lint/suspicious/noExplicitAny: one serde for values of every type
import { type Serde, serde as serdes, type TypedState, type UntypedState } from "@pawl/sdk";

/** How a proxy reaches the state of one key. */
export interface StateAccess {
  read(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Replaces all of it. */
  write(state: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

type Value<TState, TKey extends keyof TState, TValue> = TState extends UntypedState ? TValue : TState[TKey];

/** The state of one key of a virtual object or workflow. Default serde: JSON. */
export class StateProxy<TState extends TypedState = UntypedState> {
  readonly #access: StateAccess;

  constructor(access: StateAccess) {
    this.#access = access;
  }

  /** @returns null when there is no such name */
  async get<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    serde: Serde<Value<TState, TKey, TValue>> = serdes.json,
  ): Promise<Value<TState, TKey, TValue> | null> {
    const bytes = (await this.#access.read()).get(String(name));
    return bytes === undefined ? null : serde.deserialize(bytes);
  }

  async getAll<TValues extends TypedState>(
    serde: Serde<any> = serdes.json,
  ): Promise<TState extends UntypedState ? TValues : TState> {
    const state = await this.#access.read();
    return Object.fromEntries([...state].map(([name, bytes]) => [name, serde.deserialize(bytes)])) as never;
  }

  async set<TValue, TKey extends keyof TState = string>(
    name: TState extends UntypedState ? string : TKey,
    value: Value<TState, TKey, TValue>,
    serde: Serde<Value<TState, TKey, TValue>> = serdes.json,
  ): Promise<void> {
    const state = new Map(await this.#access.read());
    state.set(String(name), serde.serialize(value));
    await this.#access.write(state);
  }

  /** Replaces the whole state of the key. */
  async setAll<TValues extends TypedState>(
    values: TState extends UntypedState ? TValues : TState,
    serde: Serde<any> = serdes.json,
  ): Promise<void> {
    await this.#access.write(
      new Map(Object.entries(values).map(([name, value]) => [name, serde.serialize(value)])),
    );
  }
}
