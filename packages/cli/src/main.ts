import { backupCommand } from "./backup-command.js";
import { identityCommand } from "./identity-command.js";
import { restoreCommand } from "./restore-command.js";
import { serverCommand } from "./server-command.js";
import { VERSION } from "./version.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const HELP = `pawl ${VERSION}: durable execution for TypeScript

Usage: pawl <command> [options]

Commands:
  server     Run the server
  backup     Copy all that a running server stores
  restore    Make a data directory of a backup
  identity   Show the public key of a server's requests

Options:
  -h, --help      Show this help
  -V, --version   Show the version

"pawl <command> --help" tells more of a command.`;

/**
 * Runs the command line.
 * @returns the exit code: 0 when all went well, 1 when not (the reason is on stderr)
 */
export async function main(args: readonly string[], env: Environment): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case "server":
      return serverCommand(rest, env);
    case "backup":
      return backupCommand(rest, env);
    case "restore":
      return restoreCommand(rest, env);
    case "identity":
      return identityCommand(rest, env);
    case "-h":
    case "--help":
    case "help":
      console.log(HELP);
      return 0;
    case "-V":
    case "--version":
      console.log(VERSION);
      return 0;
    case undefined:
      console.error(HELP);
      return 1;
    default:
      console.error(`pawl: there is no command "${command}". "pawl --help" lists them`);
      return 1;
  }
}
