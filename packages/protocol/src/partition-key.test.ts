import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "./hex.test.helper.js";
import { partitionKeyOf } from "./partition-key.js";

test("the hash is MurmurHash3's: its known values, first half", () => {
  assert.equal(hex(partitionKeyOf("")), "0000000000000000");
  assert.equal(hex(partitionKeyOf("The quick brown fox jumps over the lazy dog")), "2f1583c3ecee2c67");
  assert.equal(
    hex(partitionKeyOf("I will not buy this tobacconist's, it is scratched.")),
    "9b5b7ba2ef3f7866",
  );
});

test("the values never change: they are stored", () => {
  // Computed by a second implementation, in another language: all lengths of tails, texts beyond ASCII, long texts.
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";
  const values: [string, string][] = [
    [letters.slice(0, 1), "a794933c5556b01b"],
    [letters.slice(0, 8), "aef41136adb11487"],
    [letters.slice(0, 15), "ee6d1d694a1ad5ae"],
    [letters.slice(0, 16), "9fd2762790b91256"],
    [letters, "12ba5cace414a44d"],
    ["größe 😀", "9c50f199b8ea66a6"],
    ["k".repeat(129), "15446342d50f825b"],
    ["ü".repeat(80), "36d166886602e875"],
  ];
  for (const [key, hash] of values) assert.equal(hex(partitionKeyOf(key)), hash, key);
});

test("keys spread evenly over partitions", () => {
  const partitions = 16;
  const counts = new Array<number>(partitions).fill(0);
  for (let i = 0; i < 16_000; i++) {
    const key = partitionKeyOf(`user-${i}`);
    counts[key[0]! >>> 4]!++;
  }
  for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(" "));
});
