import type { Store } from "@pawl/server/embedded";
import type { Activity } from "./activity.js";

type Operation = (...args: unknown[]) => Promise<unknown>;

/** A store whose operations count as activity, all but `close`. */
export function watchStore(store: Store, activity: Activity): Store {
  const leave = (): void => activity.leave();
  const watch =
    (operation: Operation): Operation =>
    (...args) => {
      activity.enter();
      const result = operation(...args);
      result.then(leave, leave);
      return result;
    };
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const bound = member.bind(target) as Operation;
      return name === "close" ? bound : watch(bound);
    },
  });
}
