/** What the first comment of each example tells a reader to call works, as it stands there. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DECLINED_CARD } from "@pawl/examples/outside/world.js";
import { curl } from "../documents/curl.js";
import { wordsOf } from "../documents/shell.js";
import { freePort, Restartable, temporaryDirectory } from "../processes.js";
import { Story } from "./story.test.kit.js";

const sources = fileURLToPath(new URL("../../../examples/src/", import.meta.url));
const directory = temporaryDirectory();
let story: Story;

before(async () => {
  story = await Story.startFile("./examples/all.endpoint.js");
  mkdirSync(join(directory, "photos"));
});

after(async () => {
  await story.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** The commands in the first comment of an example. Those that need a shell for more than words are left out. */
function commandsOf(example: string): string[] {
  const [comment = ""] = readFileSync(join(sources, example, `${example}.ts`), "utf8").split("*/");
  return [...comment.matchAll(/^ \* {3}(curl .*?)(?: +# .*)?$/gm)]
    .map(([, command]) => command!)
    .filter((command) => !command.includes("$"));
}

/** An id of an awakeable that the outside world was told. */
async function awakeableId(): Promise<string> {
  const told = await story.until(
    async () => /\b(?:sign_1|prom_1)[\w-]+/.exec(JSON.stringify(story.world.effects.at(-1) ?? {}))?.[0],
    (id) => id !== undefined,
  );
  return told!;
}

async function check(command: string, ingress: string): Promise<void> {
  const id = command.includes("<id>") ? await awakeableId() : "";
  const words = wordsOf(command, { "localhost:8080": ingress, "/tmp": directory, "<id>": id });
  const plain = words.flatMap((word) =>
    word === "--json" ? ["-H", "content-type: application/json", "-d"] : [word],
  );
  const { status, body } = await curl(plain);
  const isRefused = command.includes(DECLINED_CARD);
  assert.ok(isRefused ? status === 402 : status >= 200 && status < 300, `${command}: ${status} ${body}`);
}

const examples = readdirSync(sources).filter((name) => existsSync(join(sources, name, `${name}.ts`)));

test("there are ten examples", () => assert.equal(examples.length, 10));

for (const example of examples) {
  test(`${example}: the commands in its first comment`, async () => {
    const commands = commandsOf(example);
    assert.ok(commands.length > 0);
    for (const command of commands) await check(command, story.server.ingress.replace("http://", ""));
  });
}

test("npm run example: runs it, prints what to call, and what the outside world does", async () => {
  const [ingress, admin, port, outside] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const runner: Restartable = new Restartable(
    ["scripts/example.mjs", "cart"],
    {
      PAWL_BASE_DIR: join(directory, "data"),
      PAWL_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      PAWL_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      START_INGRESS_URL: `http://127.0.0.1:${ingress}`,
      START_ADMIN_URL: `http://127.0.0.1:${admin}`,
      OUTSIDE_URL: `http://127.0.0.1:${outside}`,
      PORT: String(port),
    },
    async () => runner.output.includes("kill -9"),
  );
  await runner.start();
  try {
    const commands = [...runner.output.matchAll(/^ {2}(curl .*)$/gm)].map(([, command]) => command!);
    assert.equal(commands.length, commandsOf("cart").length);
    for (const command of commands) await check(command, "");
    await story.until(
      async () => runner.output,
      (output) => output.includes("[outside] bank/charge") && output.includes("[outside] mail"),
    );
  } finally {
    await runner.stop("SIGTERM");
  }
});
