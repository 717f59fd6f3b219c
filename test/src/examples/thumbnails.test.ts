import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { temporaryDirectory } from "../processes.js";
import { Story, VICTIMS } from "./story.test.kit.js";

let story: Story;
const directories: string[] = [];

before(async () => {
  story = await Story.start("thumbnails");
});

after(async () => {
  await story.stop();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

for (const victim of VICTIMS) {
  test(`thumbnails: kill -9 of the ${victim} in the middle of a folder; all are there, and in the gallery once`, async () => {
    const { from, to } = folderOfPictures(12);
    writeFileSync(join(from, "broken.png"), "this is no picture");
    const answer = story.call("Thumbnails/folder", { from, to, width: 16 }, victim);
    const before = new Set(story.world.effects);
    const interrupted = await story.crashAt("gallery", victim);
    const { done, failed } = await answer;

    assert.deepEqual(Object.keys(failed), ["broken.png"]);
    assertThumbnails(to, 12);
    const added = story.world.of("gallery").filter((effect) => !before.has(effect));
    assert.deepEqual(added.map(({ request }) => request.name).sort(), Object.keys(done));
    assert.equal(interrupted.asked, 2);
  });
}

test("thumbnails in one process: killed in the middle of a folder, and run again", async () => {
  const { from, to } = folderOfPictures(12);
  const data = temporaryDirectory();
  directories.push(data);
  const run = () =>
    spawn(
      process.execPath,
      [fileURLToPath(import.meta.resolve("@pawl/examples/thumbnails/in-process.js")), from, to],
      {
        env: { ...process.env, OUTSIDE_URL: story.world.url, DATA_DIRECTORY: data },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );

  const before = new Set(story.world.effects);
  const interrupted = story.world.interrupt("gallery");
  const first = run();
  const effect = await interrupted;
  first.kill("SIGKILL");
  await once(first, "close");

  const { done, failed } = JSON.parse(await text(run().stdout));
  assert.deepEqual(failed, {});
  assert.equal(Object.keys(done).length, 12);
  assertThumbnails(to, 12);
  const added = story.world.of("gallery").filter((effect) => !before.has(effect));
  assert.deepEqual(added.map(({ request }) => request.name).sort(), Object.keys(done));
  assert.equal(effect.asked, 2);
});

/** Pictures of 64 x 32 whose left half has a colour of its own each, and whose right half is white. */
function folderOfPictures(count: number): { from: string; to: string } {
  const from = temporaryDirectory();
  directories.push(from);
  for (let i = 0; i < count; i++) {
    const picture = new PNG({ width: 64, height: 32 });
    for (let pixel = 0; pixel < 64 * 32; pixel++) {
      picture.data.set(pixel % 64 < 32 ? [i, 2 * i, 3 * i, 255] : [255, 255, 255, 255], pixel * 4);
    }
    writeFileSync(join(from, nameOf(i)), PNG.sync.write(picture));
  }
  return { from, to: join(from, "small") };
}

const nameOf = (i: number) => `${String(i).padStart(2, "0")}.png`;

function assertThumbnails(folder: string, count: number): void {
  const names = Array.from({ length: count }, (_, i) => nameOf(i));
  assert.deepEqual(
    readdirSync(folder)
      .filter((name) => name.endsWith(".png"))
      .sort(),
    names,
  );
  for (const [i, name] of names.entries()) {
    const { width, height, data } = PNG.sync.read(readFileSync(join(folder, name)));
    assert.equal(width / height, 2);
    assert.deepEqual([...data.subarray(0, 4)], [i, 2 * i, 3 * i, 255]);
    assert.deepEqual([...data.subarray(-4)], [255, 255, 255, 255]);
  }
}
