import { serve } from "@pawl/sdk";
import { dailyReport } from "./daily-report.js";

await serve({ services: [dailyReport] });
