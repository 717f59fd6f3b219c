import * as restate from "@pawl/sdk/proto";
import type { Account, Counted, Entry, Job, Ledger } from "../../generated/ts-proto/acceptance/services.js";
import { isOpen, note, passed } from "./notes.js";

export class AccountService implements Account {
  async count({ name, text }: Entry): Promise<Counted> {
    return await count(restate.useContext(this), name, text);
  }

  async stumble({ name, text }: Entry): Promise<Counted> {
    note(name, text);
    if (!isOpen(name)) throw new Error("not yet");
    return { count: 0 };
  }
}

export class LedgerService implements Ledger {
  async count({ name, text }: Job): Promise<Counted> {
    return await count(restate.useContext(this), name, text);
  }
}

/** Says when it begins and ends, and waits for its gate in between. */
async function count(ctx: restate.RestateContext, name: string, text: string): Promise<Counted> {
  await ctx.sideEffect(async () => {
    note(name, `${text} began`);
    await passed(name);
    note(name, `${text} ends`);
  });
  const count = ((await ctx.get<number>("count")) ?? 0) + 1;
  ctx.set("count", count);
  return { count };
}
