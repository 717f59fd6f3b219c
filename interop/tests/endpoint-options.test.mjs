/** Endpoints that are built step by step, with a codec, a serde and a hook for all services. */
import { endpoints } from "../cases/endpoints.mjs";
import { programs } from "../cases/programs.mjs";
import { state } from "../cases/state.mjs";
import { steps } from "../cases/steps.mjs";
import { workflows } from "../cases/workflows.mjs";
import { checkCombination } from "../harness/matrix.mjs";

const table = [endpoints, state, steps, workflows, programs].flat();

for (const server of ["official", "pawl"])
  for (const sdk of ["official", "pawl"])
    checkCombination({
      sdk,
      server,
      table,
      title: `endpoint of the ${sdk} SDK with options on ${server} server`,
      variants: [
        { protocol: 7, transport: "bidi", isBuilt: true },
        { protocol: 7, transport: "http1", isBuilt: true },
      ],
    });
