/** A server with its embedded store and an endpoint, registered with each other, until ctrl-c. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const ADMIN = process.env.START_ADMIN_URL ?? "http://127.0.0.1:9070";
export const INGRESS = process.env.START_INGRESS_URL ?? "http://127.0.0.1:8080";
const ENDPOINT_PORT = process.env.PORT ?? "9080";
export const BASE_DIR = process.env.PAWL_BASE_DIR ?? "pawl-data";
const READY_WITHIN_MS = 15_000;
const POLL_MS = 100;

const children = [];
let isStopping = false;

/**
 * @param options.endpoint the script that serves the services, relative to the root of the repository
 * @param options.beside scripts that run beside it
 * @param options.greeting what is printed once all is ready, from the ids of the processes
 */
export async function runTogether({ endpoint: script, beside = [], greeting }) {
  for (const other of beside) start(other, [other], {}).on("exit", (code) => ended(other, code));
  const endpoint = start("endpoint", [script], { PORT: ENDPOINT_PORT });
  const server = start("server", ["packages/cli/bin/pawl.js", "server", "--base-dir", BASE_DIR], {});
  server.on("exit", (code, signal) => {
    if (signal === null || isStopping) ended("server", code);
    else tellHowToGoOn(signal);
  });
  endpoint.on("exit", (code) => ended("example endpoint", code));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop(0));

  try {
    await until(() => fetch(`${ADMIN}/health`));
    await until(register);
  } catch (error) {
    console.error(String(error.message ?? error));
    stop(1);
  }
  if (!isStopping) console.log(greeting({ server: server.pid }));
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
  children.push(child);
  return child;
}

function ended(name, code) {
  if (isStopping) return;
  console.error(`The ${name} ended with code ${code}.`);
  stop(1);
}

function tellHowToGoOn(signal) {
  console.log(
    `\nThe server was ended by ${signal}. Its data is in ${BASE_DIR}. Start it again in another terminal:\n`,
  );
  console.log(`  npx pawl server --base-dir ${BASE_DIR}\n`);
  console.log("What was running goes on. (ctrl-c here stops the example endpoint.)");
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
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
}
