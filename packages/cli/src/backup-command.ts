import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { checkBackup } from "@pawl/server";
import { ADMIN_HELP, ADMIN_OPTIONS, AdminClient, CommandError } from "./admin-client.js";
import { readArguments } from "./arguments.js";
import { runCommand } from "./command.js";
import type { Environment } from "./main.js";

const HELP = `Copies all that a running server stores into DIR, as it is at one moment.
The copy is checked; "pawl restore" makes a data directory of it.

Usage: pawl backup DIR [options]

${ADMIN_HELP}`;

/** In the folder of a backup: the name that it has in a data directory. */
export const BACKUP_FILE = "pawl.db";

const SHA_256 = /^sha-256=:([A-Za-z0-9+/=]+):$/;

/** @returns the exit code */
export function backupCommand(args: readonly string[], env: Environment): Promise<number> {
  return runCommand("backup", async () => {
    const options = { ...ADMIN_OPTIONS, help: { type: "boolean", short: "h" } } as const;
    const { values, positionals } = readArguments(args, options, "DIR");
    if (values.help) {
      console.log(HELP);
      return;
    }
    const [directory = ""] = positionals;
    const file = join(directory, BACKUP_FILE);
    if (existsSync(file))
      throw new CommandError(`${file} is there already: give every backup a folder of its own`);
    const answer = await new AdminClient(values["admin-url"], env).request("POST", "/backup", {});
    mkdirSync(directory, { recursive: true });
    const bytes = await download(answer, file);
    console.log(`${file}: ${bytes} bytes`);
  });
}

/** What was cut off or changed on the way never gets the file's name. */
async function download(answer: Response, file: string): Promise<number> {
  const part = `${file}.part`;
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await pipeline(
      Readable.fromWeb(answer.body as ReadableStream),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.byteLength;
          yield chunk;
        }
      },
      createWriteStream(part, { flush: true, mode: 0o600 }),
    ).catch((error: Error) => {
      throw new CommandError(`the backup could not be fetched to its end: ${error.message}`);
    });
    const expected = SHA_256.exec(answer.headers.get("content-digest") ?? "")?.[1];
    if (hash.digest("base64") !== expected) {
      throw new CommandError("what arrived is not what the server sent (its digest differs): try again");
    }
    checkBackup(part);
    renameSync(part, file);
    return bytes;
  } finally {
    rmSync(part, { force: true });
  }
}
