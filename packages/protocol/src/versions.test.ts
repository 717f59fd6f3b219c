import assert from "node:assert/strict";
import { test } from "node:test";
import { invocationContentType, isServiceProtocolVersion, parseInvocationContentType } from "./versions.js";

test("content types of invocations name their version", () => {
  assert.equal(invocationContentType(6), "application/vnd.restate.invocation.v6");
  for (const version of [1, 5, 6, 7, 12]) {
    assert.equal(parseInvocationContentType(invocationContentType(version)), version);
  }
});

test("other content types have no version", () => {
  for (const header of [
    "",
    "application/json",
    "application/vnd.restate.invocation.v",
    "application/vnd.restate.invocation.v0",
    "application/vnd.restate.invocation.v6; charset=utf-8",
    "application/vnd.restate.invocation.v6x",
    "application/vnd.restate.invocation.v99999999999999999999",
    "application/vnd.restate.endpointmanifest.v3+json",
  ]) {
    assert.equal(parseInvocationContentType(header), undefined, header);
  }
});

test("versions 5 to 7 are spoken", () => {
  assert.deepEqual([4, 5, 6, 7, 8].map(isServiceProtocolVersion), [false, true, true, true, false]);
});
