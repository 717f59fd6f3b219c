import type { Store } from "../store.js";

/** A store under test. */
export interface OpenStore {
  readonly store: Store;
  /** Closes the store and opens what is durable anew. This one is not used any more. */
  reopen(): Promise<OpenStore>;
  /** Closes the store and removes its data. */
  remove(): Promise<void>;
}

/** Opens a store without rows. */
export type OpenEmpty = () => Promise<OpenStore>;

/** Runs the body on a store of its own. A body that reopens the store gives back the one that is open in the end. */
export async function withStore(
  open: OpenEmpty,
  // biome-ignore lint/suspicious/noConfusingVoidType: a body that does not reopen the store returns nothing
  body: (opened: OpenStore) => Promise<OpenStore | void>,
): Promise<void> {
  let opened = await open();
  try {
    opened = (await body(opened)) ?? opened;
  } finally {
    await opened.remove();
  }
}
