import { serve } from "@pawl/sdk";
import { delivery } from "./delivery.js";

await serve({ services: [delivery] });
