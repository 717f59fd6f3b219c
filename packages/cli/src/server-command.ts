import { parseArgs } from "node:util";
import { type Config, ConfigError, loadConfig, type RunningServer, startServer } from "@pawl/server";
import { describeFailure } from "./failures.js";
import type { Environment } from "./main.js";
import { untilToldToStop } from "./stop-signals.js";
import { VERSION } from "./version.js";

const HELP = `Runs the Pawl server until it gets SIGTERM or SIGINT.

Usage: pawl server [options]

Options:
  --base-dir DIR           Where everything is stored (default: ./pawl-data)
  -c, --config-file FILE   Settings, as TOML or YAML
  -h, --help               Show this help
  -V, --version            Show the version

Every setting can be given as environment variable: worker.invoker.inactivity-timeout
as PAWL_WORKER__INVOKER__INACTIVITY_TIMEOUT. Options win over variables PAWL_...,
those over variables RESTATE_..., those over the file.`;

/** @returns the exit code */
export async function serverCommand(args: readonly string[], env: Environment): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    console.error(`pawl server: ${options}\n"pawl server --help" lists the options`);
    return 1;
  }
  if (options.help || options.version) {
    console.log(options.help ? HELP : VERSION);
    return 0;
  }
  let config: Config;
  try {
    config = loadConfig({
      flags: { "base-dir": options["base-dir"] },
      env,
      ...(options["config-file"] !== undefined && { file: options["config-file"] }),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`pawl server: the configuration is not right [${error.code}]\n${error.message}`);
    return 1;
  }
  return run(config);
}

interface Options {
  readonly "base-dir"?: string;
  readonly "config-file"?: string;
  readonly help?: boolean;
  readonly version?: boolean;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  try {
    return parseArgs({
      args: [...args],
      options: {
        "base-dir": { type: "string" },
        "config-file": { type: "string", short: "c" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "V" },
      },
    }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

async function run(config: Config): Promise<number> {
  // Listening for signals first: one that comes while the server starts must not leave half of it behind.
  const stop = untilToldToStop();
  let server: RunningServer;
  try {
    server = await startServer(config);
  } catch (error) {
    console.error(`pawl server: ${describeFailure(error, config)}`);
    return 1;
  }
  console.log(
    [
      `Pawl ${VERSION} is running. Press Ctrl+C to stop it.`,
      `  services are called at     ${server.ingressUrl}`,
      `  it is administered at      ${server.adminUrl}`,
      `  everything is stored in    ${config.baseDir}`,
      ...(server.requestIdentityKey === null
        ? []
        : [`  its requests are signed by ${server.requestIdentityKey}`]),
    ].join("\n"),
  );
  // Elsewhere SIGHUP ends a process; a server is told by it to read its files again.
  process.on("SIGHUP", () => server.reload());
  const reason = await Promise.race([
    stop.then((signal) => ({ signal })),
    server.failed.then((error) => ({ error })),
  ]);
  if ("signal" in reason) console.log(`${reason.signal}: stopping; again to stop at once`);
  else console.error(`pawl server: it cannot go on: ${describeFailure(reason.error, config)}`);
  try {
    await server.close();
  } catch (error) {
    console.error(`pawl server: it did not stop cleanly: ${describeFailure(error, config)}`);
    return 1;
  }
  return "signal" in reason ? 0 : 1;
}
