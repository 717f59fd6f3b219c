/** Both SDKs as other platforms than Node's servers run them. */
import { checkCombination } from "../harness/matrix.mjs";

const VARIANTS = {
  fetch: [
    { protocol: 7, transport: "bidi", platform: "fetch" },
    { protocol: 7, transport: "request-response", platform: "fetch" },
    { protocol: 7, transport: "http1", platform: "fetch" },
  ],
  lambda: [{ protocol: 7, transport: "http1", platform: "lambda" }],
};

for (const [platform, variants] of Object.entries(VARIANTS))
  for (const server of ["official", "pawl"])
    for (const sdk of ["official", "pawl"])
      checkCombination({
        sdk,
        server,
        title: `${sdk} SDK as a handler of ${platform} on ${server} server`,
        variants,
      });
