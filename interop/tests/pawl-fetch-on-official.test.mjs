import { checkCombination } from "../harness/matrix.mjs";

checkCombination({
  sdk: "pawl",
  server: "official",
  title: "pawl SDK as a fetch handler on official server",
  variants: [
    { protocol: 7, transport: "bidi", platform: "fetch" },
    { protocol: 7, transport: "request-response", platform: "fetch" },
    { protocol: 7, transport: "http1", platform: "fetch" },
  ],
});
