import type { Store } from "../store.js";

/** A store under test and its data. */
export interface StoreUnderTest {
  /** The open store. */
  readonly store: Store;
  /** Closes the store; `store` is then a new one on what is durable. */
  reopen(): Promise<void>;
  /** Closes the store and removes its data. */
  remove(): Promise<void>;
}

/** Opens a store without rows. */
export type OpenEmpty = () => Promise<StoreUnderTest>;

/** Runs the body on a store of its own. */
export async function withStore(
  open: OpenEmpty,
  body: (tested: StoreUnderTest) => Promise<void>,
): Promise<void> {
  const tested = await open();
  try {
    await body(tested);
  } finally {
    await tested.remove();
  }
}
