import { serve } from "@pawl/sdk";
import { geocoder, geocoding } from "./geocoding.js";

await serve({ services: [geocoding, geocoder] });
