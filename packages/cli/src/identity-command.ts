import { ADMIN_HELP, ADMIN_OPTIONS, AdminClient, CommandError } from "./admin-client.js";
import { readArguments } from "./arguments.js";
import { runCommand } from "./command.js";
import type { Environment } from "./main.js";

const HELP = `Shows the public key that endpoints need to check that requests come from this server.

Usage: pawl identity [options]

${ADMIN_HELP}`;

/** @returns the exit code */
export function identityCommand(args: readonly string[], env: Environment): Promise<number> {
  return runCommand("identity", async () => {
    const options = { ...ADMIN_OPTIONS, help: { type: "boolean", short: "h" } } as const;
    const { values } = readArguments(args, options);
    if (values.help) {
      console.log(HELP);
      return;
    }
    const answer = await new AdminClient(values["admin-url"], env).request("GET", "/request-identity");
    const { public_key } = (await answer.json()) as { readonly public_key: string | null };
    if (public_key === null) {
      throw new CommandError(
        "the server signs no requests: set worker.invoker.request-identity-private-key-pem-file",
      );
    }
    console.log(public_key);
  });
}
