/** All examples in one process, for the test of what their first comments tell a reader to call. */
import { cart } from "@pawl/examples/cart/cart.js";
import { dailyReport } from "@pawl/examples/daily-report/daily-report.js";
import { delivery } from "@pawl/examples/delivery/delivery.js";
import { geocoder, geocoding } from "@pawl/examples/geocoding/geocoding.js";
import { account, transfers } from "@pawl/examples/ledger/ledger.js";
import { signUp } from "@pawl/examples/sign-up/sign-up.js";
import { supportAgent } from "@pawl/examples/support-agent/support-agent.js";
import { thumbnails } from "@pawl/examples/thumbnails/thumbnails.js";
import { trips } from "@pawl/examples/trip/trip.js";
import { payments, webhooks } from "@pawl/examples/webhooks/webhooks.js";
import { serve } from "@pawl/sdk";

await serve({
  services: [
    account,
    cart,
    dailyReport,
    delivery,
    geocoder,
    geocoding,
    payments,
    signUp,
    supportAgent,
    thumbnails,
    transfers,
    trips,
    webhooks,
  ],
});
