/**
 * Geocoding: a list of addresses, looked up at a service that allows so many requests at a time and no more.
 *
 * It shows fan-out and gather: all lookups are asked for at once, and awaited together. The limit is kept by a virtual
 * object: each of its keys is a lane, a lane does one thing at a time, and rests before the next. So there are never more
 * than LANES requests under way, and no more than LANES new addresses in each REST_MS, whoever asks, and whatever crashes.
 *
 *   npm run example geocoding
 *
 *   curl localhost:8080/Geocoding/locate --json '["Main Street 1", "Main Street 2", "Main Street 3", "Main Street 4"]'
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, type Receipt } from "../outside/ask.js";

export const LANES = 3;
const REST_MS = 100;
const MOST_ADDRESSES = 1000;

const Addresses = z.array(z.string().min(1)).max(MOST_ADDRESSES);
type Located = { address: string; position: string };

/** One lane to the geocoder. Its key is the number of the lane. */
export const geocoder = pawl.object({
  name: "Geocoder",
  handlers: {
    lookUp: pawl.handlers.object.exclusive(
      { ingressPrivate: true },
      async (ctx: pawl.ObjectContext, address: string): Promise<string> => {
        const { id, attemptCompletedSignal: signal } = ctx.request();
        const { receipt } = await ctx.run("look up", () =>
          // The request ends with the attempt: one that lost its server does not stay under way beside its repetition.
          ask<Receipt>("geocoder", { address }, { idempotencyKey: id, signal }),
        );
        await ctx.sleep(REST_MS);
        return receipt;
      },
    ),
  },
});

export const geocoding = pawl.service({
  name: "Geocoding",
  handlers: {
    locate: pawl.handlers.handler(
      { input: pawl.serde.schema(Addresses) },
      async (ctx: pawl.Context, addresses): Promise<Located[]> => {
        const lookups = addresses.map((address, i) =>
          ctx.objectClient(geocoder, `lane-${i % LANES}`).lookUp(address),
        );
        const positions = await pawl.RestatePromise.all(lookups);
        return addresses.map((address, i) => ({ address, position: positions[i]! }));
      },
    ),
  },
});
