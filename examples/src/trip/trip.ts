/**
 * A trip: flight, hotel and payment, all of them or none.
 *
 * It shows a saga: before each step that could have an effect, the handler notes how to undo it. When a step is refused
 * for good (a TerminalError), what was noted is done backwards, and the caller gets the reason. Failures that pass (a
 * connection that breaks, a crash) undo nothing: the step is repeated under its idempotency key. A cancelled trip is
 * undone, too.
 *
 *   npm run example trip
 *
 *   curl localhost:8080/Trips/book --json '{"traveller": "Pete", "city": "Lisbon", "cents": 90000, "card": "4242 4242 4242 4242"}'
 *   # the bank declines this card: flight and hotel are given back
 *   curl localhost:8080/Trips/book --json '{"traveller": "Pete", "city": "Lisbon", "cents": 90000, "card": "4000 0000 0000 0002"}'
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, bank, type Receipt } from "../outside/ask.js";

const Trip = z.object({
  traveller: z.string().min(1),
  city: z.string().min(1),
  cents: z.number().int().positive(),
  card: z.string(),
});
type Booked = { flight: string; hotel: string; payment: string };

export const trips = pawl.service({
  name: "Trips",
  handlers: {
    book: pawl.handlers.handler(
      { input: pawl.serde.schema(Trip) },
      async (ctx: pawl.Context, { traveller, city, cents, card }): Promise<Booked> => {
        const id = ctx.request().id;
        const undo: Array<() => Promise<unknown>> = [];
        /** What is done under a key is undone under the same key: that works even if the answer was never seen. */
        const step = (name: string, action: Step): Promise<Receipt> => {
          const key = `${id}/${name}`;
          undo.unshift(() => ctx.run(`undo: ${name}`, () => action.undo(key)));
          return ctx.run(name, () => action.do(key));
        };

        try {
          const flight = await step("flight", booking("flight", { traveller, city }));
          const hotel = await step("hotel", booking("hotel", { traveller, city }));
          const payment = await step("payment", {
            do: (key) => bank.charge({ card, cents }, key),
            undo: (key) => bank.refund(key),
          });
          return { flight: flight.receipt, hotel: hotel.receipt, payment: payment.receipt };
        } catch (error) {
          if (error instanceof pawl.TerminalError) for (const undoStep of undo) await undoStep();
          throw error;
        }
      },
    ),
  },
});

interface Step {
  do(key: string): Promise<Receipt>;
  /** Undoing what was never done is fine. */
  undo(key: string): Promise<Receipt>;
}

const booking = (what: "flight" | "hotel", trip: { traveller: string; city: string }): Step => ({
  do: (key) => ask(`${what}/book`, trip, { idempotencyKey: key }),
  undo: (key) => ask(`${what}/cancel`, { booking: key }, { idempotencyKey: `${key}/cancel` }),
});
