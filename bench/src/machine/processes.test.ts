import assert from "node:assert/strict";
import { test } from "node:test";
import { findProcessTree, readCpuMs, readRssBytes } from "./processes.js";

const isLinux = process.platform === "linux";

test("the CPU and the memory of this process", { skip: !isLinux }, () => {
  const before = process.cpuUsage();
  const read = readCpuMs(process.pid);
  const after = process.cpuUsage();
  const tickMs = 10;
  assert.ok(read >= (before.user + before.system) / 1000 - 2 * tickMs);
  assert.ok(read <= (after.user + after.system) / 1000 + 2 * tickMs);
  assert.ok(readRssBytes(process.pid) > 10_000_000);
  assert.deepEqual(findProcessTree(process.pid)[0], process.pid);
});

test("a process that is not there", { skip: !isLinux }, () => {
  const none = 2 ** 30;
  assert.equal(readCpuMs(none), 0);
  assert.equal(readRssBytes(none), 0);
  assert.deepEqual(findProcessTree(none), [none]);
});
