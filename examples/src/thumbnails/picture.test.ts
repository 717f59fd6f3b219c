import assert from "node:assert/strict";
import { test } from "node:test";
import { PNG } from "pngjs";
import { shrink } from "./picture.js";

/** One number for each pixel, as its shade of grey. */
function grey(width: number, shades: readonly number[]): PNG {
  const picture = new PNG({ width, height: shades.length / width });
  for (const [i, shade] of shades.entries()) picture.data.set([shade, shade, shade, 255], i * 4);
  return picture;
}

const shadesOf = ({ data }: PNG) => [...data].filter((_, i) => i % 4 === 0);

test("each pixel is the mean of those that it stands for", () => {
  const small = shrink(grey(4, [0, 100, 10, 10, 100, 200, 30, 30]), 2);
  assert.deepEqual([small.width, small.height, shadesOf(small)], [2, 1, [100, 20]]);
});

test("a width that does not divide that of the picture", () => {
  const small = shrink(grey(3, [0, 60, 120]), 2);
  assert.deepEqual([small.width, small.height, shadesOf(small)], [2, 1, [30, 90]]);
});

test("a picture is not made larger, nor flatter than one pixel", () => {
  assert.deepEqual(shadesOf(shrink(grey(2, [1, 2]), 10)), [1, 2]);
  assert.equal(shrink(grey(4, [1, 2, 3, 4]), 1).height, 1);
});
