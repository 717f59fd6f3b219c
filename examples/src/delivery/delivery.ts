/**
 * Food delivery: an order that restaurant and courier move on, and that the customer watches.
 *
 * It shows a workflow: `run` is executed once for each order, and waits for signals, which are durable promises that other
 * handlers complete: `accept`, `pickUp` and `handOver`, each at most once, even if it comes early. `status` is a query: it
 * reads the workflow's state while `run` waits. A restaurant that does not accept in time loses the order, and the
 * customer has the money back.
 *
 *   npm run example delivery
 *
 *   curl localhost:8080/Delivery/order-17/run/send --json '{"meal": "soup", "cents": 1250, "card": "4242 4242 4242 4242"}'
 *   curl localhost:8080/Delivery/order-17/status
 *   curl localhost:8080/Delivery/order-17/accept --json '{"minutes": 20}'
 *   curl localhost:8080/Delivery/order-17/pickUp --json '"Ann"'
 *   curl -X POST localhost:8080/Delivery/order-17/handOver
 *   curl localhost:8080/restate/workflow/Delivery/order-17/attach
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, bank, type Receipt } from "../outside/ask.js";

const ACCEPT_WITHIN: pawl.Duration = { minutes: 10 };

const Order = z.object({ meal: z.string().min(1), cents: z.number().int().positive(), card: z.string() });
const Accepted = z.object({ minutes: z.number().int().positive() });
type Status =
  | "paying"
  | "waiting for the restaurant"
  | "refused"
  | `cooking, ${number} minutes`
  | `with ${string}`
  | "delivered";
type State = { status: Status };

const promises = {
  accepted: (ctx: pawl.WorkflowSharedContext<State>) => ctx.promise<z.infer<typeof Accepted>>("accepted"),
  pickedUp: (ctx: pawl.WorkflowSharedContext<State>) => ctx.promise<string>("picked up"),
  handedOver: (ctx: pawl.WorkflowSharedContext<State>) => ctx.promise<void>("handed over"),
};

const { workflow, shared } = pawl.handlers.workflow;

export const delivery = pawl.workflow({
  name: "Delivery",
  handlers: {
    run: workflow(
      { input: pawl.serde.schema(Order) },
      async (ctx: pawl.WorkflowContext<State>, { meal, cents, card }): Promise<Status> => {
        const become = (status: Status): Status => {
          ctx.set("status", status);
          return status;
        };

        become("paying");
        await ctx.run("charge", () => bank.charge({ card, cents }, `${ctx.key}/charge`));
        become("waiting for the restaurant");
        await ctx.run("tell the restaurant", () => restaurant.offer({ order: ctx.key, meal }));
        try {
          const { minutes } = await promises.accepted(ctx).get().orTimeout(ACCEPT_WITHIN);
          become(`cooking, ${minutes} minutes`);
        } catch (error) {
          if (!(error instanceof pawl.TimeoutError)) throw error;
          await ctx.run("refund", () => bank.refund(`${ctx.key}/charge`));
          return become("refused");
        }
        become(`with ${await promises.pickedUp(ctx)}`);
        await promises.handedOver(ctx);
        return become("delivered");
      },
    ),

    status: async (ctx: pawl.WorkflowSharedContext<State>) => ctx.get("status"),

    accept: shared(
      { input: pawl.serde.schema(Accepted) },
      (ctx: pawl.WorkflowSharedContext<State>, accepted) => promises.accepted(ctx).resolve(accepted),
    ),
    pickUp: (ctx: pawl.WorkflowSharedContext<State>, courier: string) =>
      promises.pickedUp(ctx).resolve(courier),
    handOver: (ctx: pawl.WorkflowSharedContext<State>) => promises.handedOver(ctx).resolve(),
  },
});

const restaurant = {
  offer: (offer: { order: string; meal: string }): Promise<Receipt> =>
    ask("restaurant/offer", offer, { idempotencyKey: offer.order }),
};
