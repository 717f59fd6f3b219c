/**
 * A shopping cart: state for each customer, with one writer at a time.
 *
 * It shows a virtual object: no database, no locks, no lost updates when somebody clicks twice. Check-out takes the
 * payment under an idempotency key and empties the cart in the same invocation; a declined card leaves it as it was. The
 * price of what is in the cart is looked up again, so that nobody pays what a browser says.
 *
 *   npm run example cart
 *
 *   curl localhost:8080/Cart/pete/add --json '{"article": "lamp", "count": 2}'
 *   curl localhost:8080/Cart/pete/add --json '{"article": "chair"}'
 *   curl localhost:8080/Cart/pete/view
 *   curl localhost:8080/Cart/pete/checkOut --json '"4242 4242 4242 4242"' -H 'idempotency-key: order-1'
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { bank, mail } from "../outside/ask.js";

/** In cents. */
const PRICES = { lamp: 4900, chair: 12900, table: 39900 } as const;
type Article = keyof typeof PRICES;
type Items = { [article in Article]?: number };
type State = { items: Items; orders: number };

const article = z.enum(["lamp", "chair", "table"]);
const Add = z.object({ article, count: z.number().int().min(1).max(99).default(1) });

const { exclusive, shared } = pawl.handlers.object;

export const cart = pawl.object({
  name: "Cart",
  handlers: {
    add: exclusive(
      { input: pawl.serde.schema(Add) },
      async (ctx: pawl.ObjectContext<State>, { article, count }) => {
        const items = (await ctx.get("items")) ?? {};
        items[article] = (items[article] ?? 0) + count;
        ctx.set("items", items);
        return describe(items);
      },
    ),

    remove: exclusive(
      { input: pawl.serde.schema(article) },
      async (ctx: pawl.ObjectContext<State>, article) => {
        const items = (await ctx.get("items")) ?? {};
        delete items[article];
        ctx.set("items", items);
        return describe(items);
      },
    ),

    view: shared(async (ctx: pawl.ObjectSharedContext<State>) => describe((await ctx.get("items")) ?? {})),

    checkOut: exclusive(
      { input: pawl.serde.schema(z.string()) },
      async (ctx: pawl.ObjectContext<State>, card) => {
        const { items, cents } = describe((await ctx.get("items")) ?? {});
        if (cents === 0) throw new pawl.TerminalError("the cart is empty", { errorCode: 409 });

        const orders = ((await ctx.get("orders")) ?? 0) + 1;
        const order = `${ctx.key}-${orders}`;
        const { receipt } = await ctx.run("charge", () =>
          bank.charge({ card, cents }, `${ctx.request().id}/charge`),
        );
        ctx.set("orders", orders);
        ctx.clear("items");
        const letter = {
          to: ctx.key,
          subject: `Your order ${order}`,
          text: `Paid: ${cents} cents, ${receipt}`,
        };
        await ctx.run("confirm", () => mail.send(letter, `${ctx.request().id}/mail`));
        return { order, items, cents, receipt };
      },
    ),
  },
});

function describe(items: Items): { items: Items; cents: number } {
  const articles = Object.keys(items) as Article[];
  return {
    items,
    cents: articles.reduce((sum, article) => sum + PRICES[article] * (items[article] ?? 0), 0),
  };
}
