import { serve } from "@pawl/sdk";
import { account, transfers } from "./ledger.js";

await serve({ services: [account, transfers] });
