import { serve } from "@pawl/sdk";
import { supportAgent } from "./support-agent.js";

await serve({ services: [supportAgent] });
