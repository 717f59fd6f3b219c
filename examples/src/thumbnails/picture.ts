/** PNG files, made smaller. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { PNG } from "pngjs";

const CHANNELS = 4;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Writes a copy of a picture that is no wider than `width`. The file appears as a whole, or not at all. */
export async function shrinkFile(source: string, target: string, width: number): Promise<Size> {
  const picture = shrink(PNG.sync.read(await readFile(source)), width);
  const unfinished = `${target}.${process.pid}.part`;
  await writeFile(unfinished, PNG.sync.write(picture));
  await rename(unfinished, target);
  return { width: picture.width, height: picture.height };
}

/** Each pixel is the mean of those that it stands for. */
export function shrink(picture: PNG, toWidth: number): PNG {
  const width = Math.min(toWidth, picture.width);
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const small = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const mean = meanOf(picture, {
        left: Math.floor((x * picture.width) / width),
        right: Math.ceil(((x + 1) * picture.width) / width),
        top: Math.floor((y * picture.height) / height),
        bottom: Math.ceil(((y + 1) * picture.height) / height),
      });
      small.data.set(mean, (y * width + x) * CHANNELS);
    }
  }
  return small;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function meanOf(picture: PNG, { left, right, top, bottom }: Box): number[] {
  const sums = new Array<number>(CHANNELS).fill(0);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const pixel = (y * picture.width + x) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) sums[channel]! += picture.data[pixel + channel]!;
    }
  }
  return sums.map((sum) => Math.round(sum / ((right - left) * (bottom - top))));
}
