import { recognizeAcrossCopies } from "../../across-copies.js";
import type { RpcContext } from "../context/restate-context.js";

/** An event, such as a record of Kafka. */
export class Event {
  constructor(
    readonly key: string,
    readonly payload: Buffer,
    readonly attributes: Readonly<Record<string, string>>,
  ) {}

  /** The payload, read as JSON. */
  json<T>(): T {
    return JSON.parse(this.payload.toString()) as T;
  }

  body(): Uint8Array {
    return this.payload;
  }
}

/** A route of a keyed router that takes events. Made by `keyedEventHandler`. */
export class KeyedEventHandler {
  static {
    recognizeAcrossCopies(KeyedEventHandler, "KeyedEventHandler");
  }

  constructor(readonly handle: (ctx: RpcContext, event: Event) => Promise<void>) {}
}

/** Marks a route of a keyed router as one for events: `async (ctx, event) => { ... }`. */
export function keyedEventHandler(
  handler: (ctx: RpcContext, event: Event) => Promise<void>,
): KeyedEventHandler {
  return new KeyedEventHandler(handler);
}
