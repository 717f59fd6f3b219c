import { serve } from "@pawl/sdk";
import { payments, webhooks } from "./webhooks.js";

await serve({ services: [webhooks, payments] });
