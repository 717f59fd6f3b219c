import { serve } from "@pawl/sdk";
import { thumbnails } from "./thumbnails.js";

await serve({ services: [thumbnails] });
