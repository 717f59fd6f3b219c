/** Endpoints that are built step by step, with a codec, a serde and a hook for all services, for one server alone. */
import { endpoints } from "../cases/endpoints.mjs";
import { programs } from "../cases/programs.mjs";
import { state } from "../cases/state.mjs";
import { steps } from "../cases/steps.mjs";
import { workflows } from "../cases/workflows.mjs";
import { makeIdentity } from "../harness/identity.mjs";
import { checkCombination } from "../harness/matrix.mjs";
import { V7_SETTINGS } from "../harness/servers.mjs";

const { key, settings } = makeIdentity();
/** More than one key is there while a server changes its own. */
const identityKeys = [makeIdentity().key, key];

const table = [endpoints, state, steps, workflows, programs].flat();

for (const server of ["official", "pawl"])
  for (const sdk of ["official", "pawl"])
    checkCombination({
      sdk,
      server,
      table,
      settings: `${V7_SETTINGS[server]}\n${settings}`,
      title: `endpoint of the ${sdk} SDK with options on ${server} server`,
      variants: [
        { protocol: 7, transport: "bidi", isBuilt: true, identityKeys },
        { protocol: 7, transport: "http1", isBuilt: true, identityKeys },
      ],
    });
