import type { Store } from "@pawl/server/embedded";
import type { Activity } from "./activity.js";

/** A store whose operations count as activity. */
export function watchStore(store: Store, activity: Activity): Store {
  const watched = <T>(operation: Promise<T>): Promise<T> => {
    activity.enter();
    const leave = (): void => activity.leave();
    operation.then(leave, leave);
    return operation;
  };
  return {
    commit: (batch) => watched(store.commit(batch)),
    recover: () => watched(store.recover()),
    load: (request) => watched(store.load(request)),
    timers: (partition, until, limit, after) => watched(store.timers(partition, until, limit, after)),
    expired: (partition, now, limit) => watched(store.expired(partition, now, limit)),
    close: () => store.close(),
  };
}
