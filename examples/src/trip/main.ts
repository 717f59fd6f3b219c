import { serve } from "@pawl/sdk";
import { trips } from "./trip.js";

await serve({ services: [trips] });
