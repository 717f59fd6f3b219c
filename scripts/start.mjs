/**
 * The quickstart: a server with its embedded store, an endpoint with examples, registered with each other.
 * `npm start`, then paste the lines that it prints.
 */
import { BASE_DIR, INGRESS, runTogether } from "./together.mjs";

await runTogether({
  endpoint: "examples/dist/serve-quickstart.js",
  greeting: ({ server }) => `
Pawl is ready. Call a handler:

  curl ${INGRESS}/Greeter/greet --json '"Pete"'
  curl ${INGRESS}/Counter/pete/add --json '5'

Kill the server in the middle of ten steps, start it again, and see that no step is done twice:

  curl ${INGRESS}/Greeter/tenSteps/send --json '"Pete"' -H 'idempotency-key: ten'
  kill -9 ${server}
  npx pawl server --base-dir ${BASE_DIR}
  curl ${INGRESS}/restate/invocation/Greeter/tenSteps/ten/attach
`,
});
