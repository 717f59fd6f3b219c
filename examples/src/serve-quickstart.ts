import { serve } from "@pawl/sdk";
import { counter, greeter, signup } from "./quickstart.js";

const port = await serve({ services: [greeter, counter, signup] });
console.log(`the example endpoint listens on ${port}`);
