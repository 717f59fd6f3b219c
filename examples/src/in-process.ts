import * as pawl from "@pawl/embedded";

const orders = pawl.service({
  name: "Orders",
  handlers: {
    place: async (ctx: pawl.Context, item: string) => {
      const reservation = await ctx.run("reserve", () => step(`${item} reserved`)); // done once, whatever happens after it
      await ctx.sleep({ seconds: 2 }); // kill -9 the process now, and start it again: it goes on from here
      const payment = await ctx.run("charge", () => step(`${item} paid`));
      return `${reservation}, ${payment}`;
    },
  },
});

function step(text: string): string {
  console.log(text);
  return text;
}

const app = await pawl.open({ path: "./pawl-data", services: [orders] });
// Whoever asks again under the same key gets the answer of the first time.
const order = app.serviceClient(orders).place("a book", pawl.rpc.opts({ idempotencyKey: "order 17" }));
console.log(`the answer: ${await order}`);
await app.close();
