/**
 * `npm run example sign-up` runs an example of examples/src: its endpoint, a server, and the fake of the outside world, which
 * prints what it is asked to do. The first comment of the example says what to call.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BASE_DIR, INGRESS, runTogether } from "./together.mjs";

const sources = fileURLToPath(new URL("../examples/src/", import.meta.url));
const name = process.argv[2];
const examples = readdirSync(sources).filter((folder) => existsSync(`${sources}${folder}/${folder}.ts`));
if (!examples.includes(name)) {
  console.error(`usage: npm run example <name>, where <name> is one of\n  ${examples.join("\n  ")}`);
  process.exit(2);
}

await runTogether({
  endpoint: `examples/dist/${name}/main.js`,
  beside: ["examples/dist/outside/main.js"],
  greeting: ({ server }) => `
${description(`${sources}${name}/${name}.ts`)}

Kill the server whenever you like, start it again, and see that it goes on:

  kill -9 ${server}
  npx pawl server --base-dir ${BASE_DIR}
`,
});

/** The comment at the top of a file, without its decoration. */
function description(file) {
  const [comment] = readFileSync(file, "utf8").split("*/");
  return comment
    .replace(/^\/\*\*\n/, "")
    .replaceAll(/^ \* ?/gm, "")
    .replaceAll(/^ *npm run example .*\n\n/gm, "")
    .replaceAll("localhost:8080", INGRESS.replace("http://", ""))
    .trim();
}
