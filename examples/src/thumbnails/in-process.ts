/**
 * The same pictures as a program of its own: server, handlers and caller in one process. Kill it half-way and run it again
 * with the same arguments: it goes on where it was.
 */
import { resolve } from "node:path";
import * as pawl from "@pawl/embedded";
import { thumbnails } from "./thumbnails.js";

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  console.error(
    "usage: node examples/dist/thumbnails/in-process.js <folder of pictures> <folder for thumbnails>",
  );
  process.exit(2);
}

const app = await pawl.open({ path: process.env.DATA_DIRECTORY ?? "./pawl-data", services: [thumbnails] });
const folder = { from: resolve(from), to: resolve(to), width: 200 };
const call = app
  .serviceClient(thumbnails)
  .folder(folder, pawl.rpc.opts({ idempotencyKey: JSON.stringify(folder) }));
console.log(JSON.stringify(await call));
await app.close();
