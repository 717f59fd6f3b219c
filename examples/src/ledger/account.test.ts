/** The domain alone: whatever is commanded, no account is ever overdrawn, and its events explain its balance. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Account, type Command, decide, type Event, evolve, NOTHING, Refused } from "./account.js";

const OPEN: Command = { type: "open", owner: "Ann" };
const deposit = (cents: number): Command => ({ type: "deposit", cents, reference: "" });
const withdraw = (cents: number): Command => ({ type: "withdraw", cents, reference: "" });

function obey(commands: readonly Command[]): { account: Account; events: Event[]; refused: number } {
  let account = NOTHING;
  let refused = 0;
  const events: Event[] = [];
  for (const command of commands) {
    try {
      const event = decide(account, command);
      events.push(event);
      account = evolve(account, event);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused++;
    }
  }
  return { account, events, refused };
}

test("what cannot be is refused, and leaves no event", () => {
  assert.equal(obey([deposit(5)]).refused, 1);
  assert.equal(obey([OPEN, OPEN]).refused, 1);
  const { account, events, refused } = obey([OPEN, deposit(5), withdraw(6), withdraw(5), withdraw(1)]);
  assert.deepEqual(
    { cents: account.cents, events: events.length, refused },
    { cents: 0, events: 3, refused: 2 },
  );
});

test("the fold of the events is the account", () => {
  const { account, events } = obey([
    OPEN,
    ...Array.from({ length: 50 }, (_, i) => (i % 3 ? withdraw(i) : deposit(2 * i))),
  ]);
  assert.deepEqual(events.reduce(evolve, NOTHING), account);
  assert.ok(account.cents >= 0);
});
