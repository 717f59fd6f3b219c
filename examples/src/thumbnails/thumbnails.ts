/**
 * Thumbnails: a folder of PNG pictures, made smaller in parallel.
 *
 * It shows a batch: one invocation for each picture, gathered by one for the folder. A crash costs the pictures that were
 * under way and no others; a picture that cannot be read fails alone. The journal holds names and sizes: bytes stay in
 * files, which appear as a whole under names that follow from the input, so that making one again changes nothing.
 *
 *   npm run example thumbnails
 *
 *   curl localhost:8080/Thumbnails/folder --json '{"from": "/tmp/photos", "to": "/tmp/small", "width": 200}'
 *
 * Or without a server, see in-process.ts:
 *
 *   node examples/dist/thumbnails/in-process.js /tmp/photos /tmp/small
 */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, type Receipt } from "../outside/ask.js";
import { type Size, shrinkFile } from "./picture.js";

const DEFAULT_WIDTH = 200;

const Folder = z.object({
  from: z.string(),
  to: z.string(),
  width: z.number().int().positive().default(DEFAULT_WIDTH),
});
const Picture = Folder.extend({ name: z.string() });
type Result = { done: Record<string, Size>; failed: Record<string, string> };

export const thumbnails = pawl.service({
  name: "Thumbnails",
  handlers: {
    folder: pawl.handlers.handler(
      { input: pawl.serde.schema(Folder) },
      async (ctx: pawl.Context, { from, to, width }): Promise<Result> => {
        const names = await ctx.run("list", async () => {
          await mkdir(to, { recursive: true });
          return (await readdir(from)).filter((name) => name.endsWith(".png")).sort();
        });
        const pictures = names.map((name) =>
          ctx.serviceClient(thumbnails).picture({ from, to, width, name }),
        );
        const results = await pawl.RestatePromise.allSettled(pictures);

        const result: Result = { done: {}, failed: {} };
        for (const [i, outcome] of results.entries()) {
          if (outcome.status === "fulfilled") result.done[names[i]!] = outcome.value;
          else result.failed[names[i]!] = outcome.reason.message;
        }
        return result;
      },
    ),

    picture: pawl.handlers.handler(
      { input: pawl.serde.schema(Picture), ingressPrivate: true },
      async (ctx: pawl.Context, { from, to, width, name }): Promise<Size> => {
        const size = await ctx.run("shrink", () => shrinkFile(join(from, name), join(to, name), width), {
          maxRetryAttempts: 3, // what cannot be read three times is no picture
        });
        await ctx.run("add to the gallery", () => gallery.add({ name, ...size }, ctx.request().id));
        return size;
      },
    ),
  },
});

const gallery = {
  add: (picture: { name: string } & Size, idempotencyKey: string): Promise<Receipt> =>
    ask("gallery", picture, { idempotencyKey }),
};
