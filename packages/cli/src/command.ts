import { StoreError } from "@pawl/server";
import { CommandError } from "./admin-client.js";
import { UsageError } from "./arguments.js";

/**
 * Runs a command that ends by itself.
 * @returns the exit code; why it failed is on stderr
 */
export async function runCommand(name: string, run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`pawl ${name}: ${error.message}\n"pawl ${name} --help" tells how it is called`);
    } else if (error instanceof CommandError || error instanceof StoreError || isSystemError(error)) {
      console.error(`pawl ${name}: ${error.message}`);
    } else throw error;
    return 1;
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
