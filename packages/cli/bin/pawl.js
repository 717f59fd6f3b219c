#!/usr/bin/env node
// Plain JavaScript, so that npm can link it before anything is built.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (!existsSync(main)) {
  console.error("pawl is not built yet: run `npm run build` first");
  process.exit(1);
}
const { main: run } = await import(main.href);
process.exit(await run(process.argv.slice(2), process.env));
