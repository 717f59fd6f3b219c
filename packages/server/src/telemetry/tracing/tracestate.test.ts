import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTracestate } from "./tracestate.js";

test("a list is passed on in its order, without what is optional", () => {
  assert.equal(
    parseTracestate("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"),
    "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
  );
  assert.equal(parseTracestate(" a=1\t,, b=x y ,"), "a=1,b=x y");
  assert.equal(parseTracestate("0tenant/x_-*@vendor=~!"), "0tenant/x_-*@vendor=~!");
  assert.equal(
    parseTracestate(Array.from({ length: 32 }, (_, i) => `k${i}=v`).join())?.split(",").length,
    32,
  );
});

test("a list with a fault is dropped whole", () => {
  for (const text of [
    null,
    "",
    " , ",
    "a",
    "=1",
    "a=",
    "a=1=2",
    "A=1",
    "0a=1",
    "a b=1",
    "a=\u00e4",
    "a=1,a=2",
    `${"k".repeat(257)}=1`,
    `a=${"v".repeat(257)}`,
    `a@${"v".repeat(15)}=1`,
    Array.from({ length: 33 }, (_, i) => `k${i}=v`).join(),
  ]) {
    assert.equal(parseTracestate(text), null, JSON.stringify(text));
  }
});

test("of more than 512 characters the long members go first, then the last ones", () => {
  const long = `long=${"x".repeat(200)}`;
  const members = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, "0")}=${"v".repeat(12)}`);
  assert.equal(parseTracestate([long, ...members].join()), members.join());
  const many = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, "0")}=${"v".repeat(16)}`);
  const kept = parseTracestate(many.join()) ?? "";
  assert.ok(kept.length <= 512 && many.join().startsWith(`${kept},`), kept);
  assert.equal(kept.split(",").length, 24);
});
