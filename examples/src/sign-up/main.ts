import { serve } from "@pawl/sdk";
import { signUp } from "./sign-up.js";

await serve({ services: [signUp] });
