/** An account as events: what may happen, what happened, and what follows from it. Pure, and nothing but domain. */
import * as z from "zod";

const cents = z.number().int().positive();

export const Command = z.discriminatedUnion("type", [
  z.object({ type: z.literal("open"), owner: z.string().min(1) }),
  z.object({ type: z.literal("deposit"), cents, reference: z.string() }),
  z.object({ type: z.literal("withdraw"), cents, reference: z.string() }),
]);
export type Command = z.infer<typeof Command>;

export type Event =
  | { readonly type: "opened"; readonly owner: string }
  | { readonly type: "deposited"; readonly cents: number; readonly reference: string }
  | { readonly type: "withdrawn"; readonly cents: number; readonly reference: string };

export interface Account {
  /** Null: not opened yet. */
  readonly owner: string | null;
  readonly cents: number;
}

export const NOTHING: Account = { owner: null, cents: 0 };

/** Why a command is not obeyed. */
export class Refused extends Error {}

/** @throws Refused */
export function decide({ owner, cents }: Account, command: Command): Event {
  if (command.type === "open") {
    if (owner !== null) throw new Refused(`the account is open already, for ${owner}`);
    return { type: "opened", owner: command.owner };
  }
  if (owner === null) throw new Refused("the account is not open");
  const { cents: amount, reference } = command;
  if (command.type === "deposit") return { type: "deposited", cents: amount, reference };
  if (amount > cents) throw new Refused(`there are only ${cents} cents`);
  return { type: "withdrawn", cents: amount, reference };
}

export function evolve(account: Account, event: Event): Account {
  switch (event.type) {
    case "opened":
      return { ...account, owner: event.owner };
    case "deposited":
      return { ...account, cents: account.cents + event.cents };
    case "withdrawn":
      return { ...account, cents: account.cents - event.cents };
  }
}
