/**
 * Webhooks of a payment provider: signed, delivered more than once, and not always in order.
 *
 * It shows ingestion: the handler checks the signature over the raw bytes, hands the event on under the provider's own
 * event id as idempotency key, and answers at once. So redeliveries end at the server, no event is lost once the provider
 * has its 200, and the events of one payment are worked off one by one, while payments do not wait for each other.
 *
 *   npm run example webhooks
 *
 *   BODY='{"id": "evt-1", "payment": "pay-17", "type": "succeeded"}'
 *   SIGNATURE=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac secret | sed 's/.* //')
 *   curl localhost:8080/Webhooks/receive --json "$BODY" -H "x-signature: $SIGNATURE"
 *   curl localhost:8080/Webhooks/receive --json "$BODY" -H "x-signature: $SIGNATURE"   # again: nothing more happens
 *   curl localhost:8080/Payments/pay-17/status
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, type Receipt } from "../outside/ask.js";

const Event = z.object({
  id: z.string(),
  payment: z.string(),
  type: z.enum(["created", "succeeded", "refunded"]),
});
type Event = z.infer<typeof Event>;

export const webhooks = pawl.service({
  name: "Webhooks",
  handlers: {
    receive: pawl.handlers.handler(
      { input: pawl.serde.binary, accept: "application/json" },
      async (ctx: pawl.Context, body: Uint8Array) => {
        checkSignature(body, ctx.request().headers.get("x-signature") ?? "");
        const event = read(body);
        ctx
          .objectSendClient(payments, event.payment)
          .apply(event, pawl.rpc.sendOpts({ idempotencyKey: event.id }));
      },
    ),
  },
});

type State = { status: Status; events: string[] };
type Status = "unknown" | "paid" | "refunded";

/** A payment, by the provider's id. */
export const payments = pawl.object({
  name: "Payments",
  handlers: {
    apply: pawl.handlers.object.exclusive(
      { ingressPrivate: true, idempotencyRetention: { days: 7 } },
      async (ctx: pawl.ObjectContext<State>, event: Event) => {
        ctx.set("events", [...((await ctx.get("events")) ?? []), event.id]);
        const status = (await ctx.get("status")) ?? "unknown";
        // "succeeded" may come after "refunded": a refund is final, and what is refunded is not shipped.
        if (event.type === "succeeded" && status === "unknown") {
          ctx.set("status", "paid");
          await ctx.run("ship", () =>
            ask<Receipt>("warehouse/ship", { payment: ctx.key }, { idempotencyKey: event.id }),
          );
        }
        if (event.type === "refunded") ctx.set("status", "refunded");
      },
    ),

    status: pawl.handlers.object.shared(async (ctx: pawl.ObjectSharedContext<State>) => ({
      status: (await ctx.get("status")) ?? "unknown",
      events: (await ctx.get("events")) ?? [],
    })),
  },
});

function checkSignature(body: Uint8Array, signature: string): void {
  const secret = process.env.WEBHOOK_SECRET ?? "secret";
  const expected = createHmac("sha256", secret).update(body).digest();
  const given = Buffer.from(signature, "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new pawl.TerminalError("the signature is wrong", { errorCode: 401 });
  }
}

function read(body: Uint8Array): Event {
  try {
    return Event.parse(JSON.parse(new TextDecoder().decode(body)));
  } catch (error) {
    // Signed, but not understood: trying again would not help.
    throw new pawl.TerminalError("this is no event", { errorCode: 400, cause: error });
  }
}
