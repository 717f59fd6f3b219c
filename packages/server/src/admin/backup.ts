import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { Hono } from "hono";
import { z } from "zod";
import { BackupInProgressError, type BackupStore } from "../store/sqlite/backup.js";
import { AdminError } from "./errors.js";
import { components } from "./openapi/components.js";
import { readBody } from "./request.js";
import { resource } from "./resource.js";

/** Takes no options yet. The body is asked for all the same: a web page of another origin cannot send JSON unasked. */
export const backupRequest = z.strictObject({}).register(components, { id: "BackupRequest" });

/** `POST /backup`: everything as it is now, as a file that a data directory can begin with. */
export function addBackup(app: Hono, store: Pick<BackupStore, "backup"> | null): void {
  if (store === null) return;
  resource(app, "/backup", {
    POST: async (c) => {
      await readBody(c, backupRequest);
      const backup = await store.backup().catch((error) => {
        throw error instanceof BackupInProgressError ? new AdminError(409, error.message) : error;
      });
      const file = createReadStream(backup.path);
      // Also when the client goes away.
      file.once("close", () => void backup.remove());
      return c.body(Readable.toWeb(file) as ReadableStream, 200, {
        "content-type": "application/vnd.sqlite3",
        "content-length": String(backup.bytes),
        // RFC 9530
        "content-digest": `sha-256=:${backup.sha256}:`,
      });
    },
  });
}
