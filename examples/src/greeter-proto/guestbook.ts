import * as restate from "@pawl/sdk/proto";
import type { Guest, Guestbook, Visits } from "./generated/org/example/tour.js";

/** A keyed service: one call at a time for each name, and state for each name. */
export class GuestbookService implements Guestbook {
  async sign(guest: Guest): Promise<Visits> {
    const ctx = restate.useContext(this);
    const count = ((await ctx.get<number>("count")) ?? 0) + 1;
    ctx.set("count", count);
    return { name: guest.name, count };
  }
}
