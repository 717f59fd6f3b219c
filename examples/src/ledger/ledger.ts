/**
 * A ledger: accounts whose state is what happened to them, and transfers between them.
 *
 * It shows event sourcing on a virtual object: a command is decided by a pure function (account.ts), the event is stored
 * under its number, and published under that number, in order, once. The account is the fold of its events; how far it was
 * folded is kept beside them, so that a long history costs nothing (with `enableLazyState` only what is asked for is
 * fetched). A transfer is two commands; if the second is refused, the first is taken back.
 *
 *   npm run example ledger
 *
 *   curl localhost:8080/Account/ann/execute --json '{"type": "open", "owner": "Ann"}'
 *   curl localhost:8080/Account/bob/execute --json '{"type": "open", "owner": "Bob"}'
 *   curl localhost:8080/Account/ann/execute --json '{"type": "deposit", "cents": 10000, "reference": "cash"}'
 *   curl localhost:8080/Transfers/transfer --json '{"from": "ann", "to": "bob", "cents": 2500}' -H 'idempotency-key: rent-may'
 *   curl localhost:8080/Account/ann/history
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, type Receipt } from "../outside/ask.js";
import { type Account, Command, decide, type Event, evolve, NOTHING, Refused } from "./account.js";

/** The fold of the events 1 to `version`. Each event is a value of its own, under `event/{number}`. */
type Snapshot = { version: number; account: Account };
const SNAPSHOT = "snapshot";
const START: Snapshot = { version: 0, account: NOTHING };

const { exclusive, shared } = pawl.handlers.object;

export const account = pawl.object({
  name: "Account",
  handlers: {
    execute: exclusive(
      { input: pawl.serde.schema(Command) },
      async (ctx: pawl.ObjectContext, command): Promise<Snapshot> => {
        const before = (await ctx.get<Snapshot>(SNAPSHOT)) ?? START;
        const event = decide(before.account, command);
        const after = { version: before.version + 1, account: evolve(before.account, event) };
        ctx.set(`event/${after.version}`, event);
        ctx.set(SNAPSHOT, after);
        await ctx.run("publish", () => publish(ctx.key, after.version, event));
        return after;
      },
    ),

    balance: shared(async (ctx: pawl.ObjectSharedContext) => (await ctx.get<Snapshot>(SNAPSHOT)) ?? START),

    history: shared(async (ctx: pawl.ObjectSharedContext): Promise<Event[]> => {
      const { version } = (await ctx.get<Snapshot>(SNAPSHOT)) ?? START;
      const events: Event[] = [];
      for (let i = 1; i <= version; i++) events.push((await ctx.get<Event>(`event/${i}`))!);
      return events;
    }),
  },
  options: {
    enableLazyState: true,
    asTerminalError: (error) =>
      error instanceof Refused ? new pawl.TerminalError(error.message, { errorCode: 409 }) : undefined,
  },
});

const Transfer = z.object({ from: z.string(), to: z.string(), cents: z.number().int().positive() });

export const transfers = pawl.service({
  name: "Transfers",
  handlers: {
    transfer: pawl.handlers.handler(
      { input: pawl.serde.schema(Transfer) },
      async (ctx: pawl.Context, { from, to, cents }) => {
        const reference = ctx.request().id;
        await ctx.objectClient(account, from).execute({ type: "withdraw", cents, reference });
        try {
          await ctx.objectClient(account, to).execute({ type: "deposit", cents, reference });
        } catch (error) {
          if (!(error instanceof pawl.TerminalError)) throw error;
          await ctx
            .objectClient(account, from)
            .execute({ type: "deposit", cents, reference: `${reference}, returned` });
          throw error;
        }
        return { reference };
      },
    ),
  },
});

function publish(key: string, version: number, event: Event): Promise<Receipt> {
  return ask("events", { account: key, version, event }, { idempotencyKey: `${key}/${version}` });
}
