import * as pawl from "@pawl/sdk";

export const orders = pawl.service({
  name: "Orders",
  handlers: {
    place: async (ctx: pawl.Context, item: string) => {
      const reservation = await ctx.run("reserve", () => warehouse.reserve(item));
      await ctx.sleep({ days: 1 });
      return ctx.run("charge", () => bank.charge(reservation));
    },
  },
});

/** Stand-ins for the outside world, which count what they are asked. */
export const warehouse = { calls: 0, reserve: (item: string): string => `${item} #${++warehouse.calls}` };
export const bank = { calls: 0, charge: (what: string): string => `${what} paid #${++bank.calls}` };
