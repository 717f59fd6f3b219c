import assert from "node:assert/strict";
import { test } from "node:test";
import { Combinator, type Future } from "@pawl/protocol";
import type { Awaiting } from "./model.js";
import {
  awaitsSignal,
  evaluate,
  isEmpty,
  type Known,
  knownFromNotification,
  type Leaf,
} from "./suspension.js";

const { FirstCompleted, AllCompleted, FirstSucceededOrAllFailed, AllSucceededOrFirstFailed, Unknown } =
  Combinator;

function future(combinator: Combinator, completions: readonly number[], ...nested: Future[]): Future {
  return { completions, signals: [], namedSignals: [], nested, combinator };
}

const tree = (root: Future): Awaiting => ({ kind: "tree", future: root });

function known(completions: Readonly<Record<number, Leaf>>): Known {
  return { completion: (id) => completions[id], signal: () => undefined, namedSignal: () => undefined };
}

const canGoOn = (awaiting: Awaiting, leaves: Readonly<Record<number, Leaf>>): boolean =>
  "canGoOn" in evaluate(awaiting, known(leaves));

const table: readonly (readonly [
  what: string,
  root: Future,
  leaves: Readonly<Record<number, Leaf>>,
  on: boolean,
])[] = [
  ["race waits for one", future(FirstCompleted, [1, 2]), {}, false],
  ["race goes on with a failure", future(FirstCompleted, [1, 2]), { 2: "failure" }, true],
  ["allSettled waits for all", future(AllCompleted, [1, 2]), { 1: "failure" }, false],
  [
    "allSettled goes on when all are there",
    future(AllCompleted, [1, 2]),
    { 1: "failure", 2: "success" },
    true,
  ],
  ["all goes on with the first failure", future(AllSucceededOrFirstFailed, [1, 2]), { 2: "failure" }, true],
  ["all waits while one is missing", future(AllSucceededOrFirstFailed, [1, 2]), { 2: "success" }, false],
  [
    "all goes on when all succeeded",
    future(AllSucceededOrFirstFailed, [1, 2]),
    { 1: "success", 2: "success" },
    true,
  ],
  ["any goes on with the first success", future(FirstSucceededOrAllFailed, [1, 2]), { 1: "success" }, true],
  ["any waits after a failure", future(FirstSucceededOrAllFailed, [1, 2]), { 1: "failure" }, false],
  [
    "any goes on when all failed",
    future(FirstSucceededOrAllFailed, [1, 2]),
    { 1: "failure", 2: "failure" },
    true,
  ],
  ["an unknown combinator goes on with anything", future(Unknown, [1, 2]), { 1: "failure" }, true],
  [
    "a race of all and a cancel waits for the whole of all",
    future(FirstCompleted, [9], future(AllSucceededOrFirstFailed, [1, 2])),
    { 1: "success" },
    false,
  ],
  [
    "an any with an undeterminable child lets the SDK decide",
    future(FirstSucceededOrAllFailed, [9], future(Unknown, [1])),
    { 1: "failure" },
    true,
  ],
];

for (const [what, root, leaves, on] of table) {
  test(what, () => assert.equal(canGoOn(tree(root), leaves), on));
}

test("a tree that has to wait forgets what has come, so that the next notification alone decides", () => {
  const all = tree(future(FirstCompleted, [9], future(AllSucceededOrFirstFailed, [1, 2, 3])));
  const first = evaluate(all, known({ 1: "success" }));
  assert.ok("rest" in first);
  const second = evaluate(first.rest, known({ 2: "success" }));
  assert.ok("rest" in second);
  assert.ok(canGoOn(second.rest, { 3: "success" }));
  assert.ok(!canGoOn(second.rest, { 1: "success" }));
});

test("before V7 any of the listed ids wakes the handler", () => {
  const awaiting: Awaiting = { kind: "any", completions: [4], signals: [1, 17], namedSignals: ["go"] };
  const value = { kind: "void" } as const;
  const wakes = (id: Parameters<typeof knownFromNotification>[0]["id"]) =>
    "canGoOn" in evaluate(awaiting, knownFromNotification({ id, result: value }));
  assert.ok(wakes({ kind: "completion", id: 4 }));
  assert.ok(wakes({ kind: "signal", index: 17 }));
  assert.ok(wakes({ kind: "namedSignal", name: "go" }));
  assert.ok(!wakes({ kind: "completion", id: 17 }));
  assert.ok(!wakes({ kind: "namedSignal", name: "stop" }));
});

test("a suspension that waits for nothing is recognised, however deep", () => {
  assert.ok(isEmpty(tree(future(FirstCompleted, [], future(AllCompleted, [], future(Unknown, []))))));
  assert.ok(!isEmpty(tree(future(FirstCompleted, [], future(AllCompleted, [1])))));
  assert.ok(isEmpty({ kind: "any", completions: [], signals: [], namedSignals: [] }));
});

test("a signal is awaited wherever it stands, and no other one", () => {
  const deep = future(AllCompleted, [1], {
    ...future(FirstCompleted, []),
    signals: [17],
    namedSignals: ["go"],
  });
  const flat: Awaiting = { kind: "any", completions: [17], signals: [18], namedSignals: [] };
  assert.ok(awaitsSignal(tree(deep), { kind: "signal", index: 17 }));
  assert.ok(awaitsSignal(tree(deep), { kind: "namedSignal", name: "go" }));
  assert.ok(awaitsSignal(flat, { kind: "signal", index: 18 }));
  assert.ok(!awaitsSignal(flat, { kind: "signal", index: 17 }));
  assert.ok(!awaitsSignal(tree(deep), { kind: "namedSignal", name: "stop" }));
});
