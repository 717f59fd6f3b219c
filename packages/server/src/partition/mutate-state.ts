import type { KeyState, StateMutation } from "./model.js";
import type { Partition } from "./partition.js";
import { stateVersion } from "./state-version.js";

/** Replaces all state of the key, unless it was made from a state that is no more. */
export function applyMutation(p: Partition, key: KeyState, { state, version }: StateMutation): void {
  if (version !== null && version !== stateVersion(key.state)) return;
  key.state.clear();
  key.dirtyState.clear();
  key.stateCleared = true;
  for (const { name, value } of state) {
    key.state.set(name, value);
    key.dirtyState.set(name, value);
  }
  p.turn.batch.touchKey(key);
}
