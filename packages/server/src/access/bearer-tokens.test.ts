import assert from "node:assert/strict";
import { test } from "node:test";
import { BearerTokens } from "./bearer-tokens.js";

const [OLD, NEW] = ["0123456789abcdef", "fedcba9876543210"];

test("each of several tokens opens, whatever the case of the scheme", () => {
  const tokens = new BearerTokens([OLD, NEW]);
  for (const header of [`Bearer ${OLD}`, `bearer ${NEW}`, `BEARER  ${NEW}`]) {
    assert.equal(tokens.allow(header), true, header);
  }
});

test("nothing else opens", () => {
  const tokens = new BearerTokens([OLD]);
  const headers = ["", OLD, "Bearer", "Bearer ", `Bearer ${NEW}`, `Bearer ${OLD}x`, `Basic ${OLD}`];
  for (const header of [
    undefined,
    ...headers,
    `Bearer ${OLD},Bearer ${OLD}`,
    `Bearer ${"x".repeat(100_000)}`,
  ]) {
    assert.equal(tokens.allow(header), false, header?.slice(0, 60));
  }
});

test("replaced tokens open no more", () => {
  const tokens = new BearerTokens([OLD]);
  tokens.replace([NEW]);
  assert.deepEqual([tokens.allow(`Bearer ${OLD}`), tokens.allow(`Bearer ${NEW}`)], [false, true]);
});
