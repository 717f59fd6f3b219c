import { serve } from "@pawl/sdk";
import { cart } from "./cart.js";

await serve({ services: [cart] });
