/**
 * The quickstart: a server with its embedded store, an endpoint with examples, registered with each other.
 * `npm start`, then paste the lines that it prints.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const ADMIN = process.env.START_ADMIN_URL ?? "http://127.0.0.1:9070";
const INGRESS = process.env.START_INGRESS_URL ?? "http://127.0.0.1:8080";
const ENDPOINT_PORT = process.env.PORT ?? "9080";
const BASE_DIR = process.env.PAWL_BASE_DIR ?? "pawl-data";
const READY_WITHIN_MS = 15_000;
const POLL_MS = 100;

const endpoint = start("endpoint", ["examples/dist/serve-quickstart.js"], { PORT: ENDPOINT_PORT });
const server = start("server", ["packages/cli/bin/pawl.js", "server", "--base-dir", BASE_DIR], {});
let isStopping = false;

server.on("exit", (code, signal) => {
  if (isStopping) return;
  if (signal === null) {
    console.error(`The server ended with code ${code}.`);
    stop(1);
    return;
  }
  console.log(
    `\nThe server was ended by ${signal}. Its data is in ${BASE_DIR}. Start it again in another terminal:\n`,
  );
  console.log(`  npx pawl server --base-dir ${BASE_DIR}\n`);
  console.log("What was running goes on. (ctrl-c here stops the example endpoint.)");
});
endpoint.on("exit", (code) => {
  if (!isStopping) {
    console.error(`The example endpoint ended with code ${code}.`);
    stop(1);
  }
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop(0));

try {
  await until(() => fetch(`${ADMIN}/health`));
  await until(register);
} catch (error) {
  console.error(String(error.message ?? error));
  stop(1);
}
if (!isStopping) {
  console.log(`
Pawl is ready. Call a handler:

  curl ${INGRESS}/Greeter/greet --json '"Pete"'
  curl ${INGRESS}/Counter/pete/add --json '5'

Kill the server in the middle of ten steps, start it again, and see that no step is done twice:

  curl ${INGRESS}/Greeter/tenSteps/send --json '"Pete"' -H 'idempotency-key: ten'
  kill -9 ${server.pid}
  npx pawl server --base-dir ${BASE_DIR}
  curl ${INGRESS}/restate/invocation/Greeter/tenSteps/ten/attach
`);
}

function start(name, args, env) {
  const child = spawn(process.execPath, ["--enable-source-maps", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  child.on("error", (error) => {
    console.error(`cannot start the ${name}: ${error.message}`);
    stop(1);
  });
  return child;
}

/** Registering again is harmless; `force` takes in changes of the example. */
async function register() {
  const response = await fetch(`${ADMIN}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${ENDPOINT_PORT}`, force: true }),
  });
  if (!response.ok) throw new Error(`the example endpoint could not be registered: ${await response.text()}`);
  return response;
}

async function until(attempt) {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const response = await attempt();
      if (response.ok) return;
    } catch (error) {
      if (Date.now() > deadline || isStopping) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function stop(code) {
  isStopping = true;
  process.exitCode = code;
  for (const child of [server, endpoint])
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
}
