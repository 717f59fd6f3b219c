import assert from "node:assert/strict";
import { test } from "node:test";
import { type CpuProfile, computeSelfTimes } from "./cpu-profile.js";

const EVER = { from: -Infinity, to: Infinity };

function node(id: number, functionName: string, url = "", lineNumber = -1): CpuProfile["nodes"][number] {
  return { id, callFrame: { functionName, url, lineNumber } };
}

test("self times by function and by file, without what was idle", () => {
  const profile: CpuProfile = {
    nodes: [
      node(1, "(root)"),
      node(2, "(idle)"),
      node(3, "step", "file:///pawl/step.js", 9),
      node(4, "", "file:///pawl/step.js", 19),
      // The same function, called from elsewhere.
      node(5, "step", "file:///pawl/step.js", 9),
      node(6, "(program)"),
      node(7, "writev"),
    ],
    startTime: 1e6,
    samples: [2, 3, 4, 5, 6, 7, 2],
    timeDeltas: [1000, 2000, 3000, 4000, 500, 250, 10_000],
  };
  const times = computeSelfTimes(profile, EVER, (url) => url.replace("file:///", ""));
  assert.equal(times.idleMs, 11);
  assert.equal(times.busyMs, 9.75);
  assert.deepEqual(times.functions, [
    { name: "step pawl/step.js:10", ms: 6 },
    { name: "(anonymous) pawl/step.js:20", ms: 3 },
    { name: "(program)", ms: 0.5 },
    { name: "writev", ms: 0.25 },
  ]);
  assert.deepEqual(times.files, [
    { name: "pawl/step.js", ms: 9 },
    { name: "(program)", ms: 0.5 },
    { name: "(native)", ms: 0.25 },
  ]);
});

test("a clock that went back counts nothing", () => {
  const times = computeSelfTimes(
    { nodes: [node(1, "f", "x", 0)], startTime: 0, samples: [1, 1], timeDeltas: [-50, 1000] },
    EVER,
    (url) => url,
  );
  assert.equal(times.busyMs, 1);
});

test("only samples of the window count", () => {
  const times = computeSelfTimes(
    {
      nodes: [node(1, "f", "x", 0)],
      startTime: 5000,
      samples: [1, 1, 1, 1],
      timeDeltas: [1000, 1000, 1000, 1000],
    },
    { from: 7000, to: 8000 },
    (url) => url,
  );
  assert.equal(times.busyMs, 2);
});
