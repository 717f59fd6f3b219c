/** Timers, awakeables, signals, combinators. */
import assert from "node:assert/strict";
import { serde } from "@restatedev/restate-sdk-clients";

export const waiting = [
  {
    name: "an awakeable is resolved through the ingress",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Awake").wait(topic);
      const [id] = await world.endpoint.noted(topic);
      assert.match(id, /^sign_1/);
      await world.ingress.resolveAwakeable(id, { it: "worked" });
      assert.deepEqual(await result, { it: "worked" });
    },
  },
  {
    name: "an awakeable is resolved with bytes, on the longer path",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Awake").waitForBytes(topic);
      const [id] = await world.endpoint.noted(topic);
      const { status, text } = await world.fetch(`/restate/awakeables/${id}/resolve`, {
        method: "POST",
        body: "ab",
      });
      assert.deepEqual([status, text], [202, ""]);
      assert.deepEqual(await result, [97, 98]);
      await world.ingress.resolveAwakeable(id, Uint8Array.of(1), serde.binary);
    },
  },
  {
    name: "an awakeable is rejected through the ingress",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Awake").wait(topic);
      const [id] = await world.endpoint.noted(topic);
      await world.ingress.rejectAwakeable(id, "because");
      assert.deepEqual(await result, { name: "TerminalError", message: "because", code: 500 });
    },
  },
  {
    name: "an awakeable is completed by another handler",
    run: async (world) => {
      const outcomes = [
        ["resolve", { value: [1] }, [1]],
        ["reject", { reason: "no" }, { name: "TerminalError", message: "no", code: 500 }],
        [
          "rejectWithCode",
          { reason: "no", errorCode: 466 },
          { name: "TerminalError", message: "no", code: 466 },
        ],
      ];
      for (const [handler, how, expected] of outcomes) {
        const topic = world.unique();
        const result = world.service("Awake").wait(topic);
        const [id] = await world.endpoint.noted(topic);
        await world.service("Awake")[handler]({ id, ...how });
        assert.deepEqual(await result, expected, handler);
      }
    },
  },
  {
    name: "an awakeable is completed once, and may carry nothing",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Awake").waitForNothing(topic);
      const [id] = await world.endpoint.noted(topic);
      await world.ingress.resolveAwakeable(id);
      await world.ingress.resolveAwakeable(id, "too late");
      await world.ingress.rejectAwakeable(id, "too late");
      assert.equal(await result, true);
      await world.ingress.resolveAwakeable(id, "nobody is there any more");
    },
  },
  {
    name: "two awakeables of one invocation are told apart",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Awake").two(topic);
      const [[first, second]] = await world.endpoint.noted(topic);
      await world.ingress.resolveAwakeable(second, "second");
      await world.ingress.resolveAwakeable(first, "first");
      assert.deepEqual(await result, ["second", "first", "second"]);
    },
  },
  {
    name: "a timer does not fire early",
    run: async (world) => {
      const slept = await world.service("Timers").sleep(150);
      assert.ok(slept >= 149, `${slept} ms`);
    },
  },
  {
    name: "a handler that waits long is suspended, and resumed where it was",
    run: async (world) => {
      const topic = world.unique();
      assert.deepEqual(await world.service("Timers").suspending({ topic, ms: 400, naps: 2 }), [1, 2]);
      assert.equal(world.endpoint.notes(`${topic}/run`).length, 2);
      // One attempt at first, one after each nap. A run may be followed by a suspension, too.
      const attempts = world.endpoint.notes(topic).length;
      assert.ok(attempts >= 3 && attempts <= 5, `${attempts} attempts`);
    },
  },
  {
    name: "signals are received in any order",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Signals").wait({ topic, names: ["a", "b", "a"] });
      const [id] = await world.endpoint.noted(topic);
      const signals = world.service("Signals");
      await signals.resolve({ id, name: "b", value: { second: true } });
      await signals.resolve({ id, name: "a", value: 1 });
      await signals.reject({ id, name: "a", reason: "third" });
      const rejected = { name: "TerminalError", message: "third", code: 500 };
      assert.deepEqual(await result, [1, { second: true }, rejected]);
    },
  },
  {
    name: "signals are kept until somebody waits for them",
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const result = world.service("Signals").late({ topic, gate, names: ["b", "a", "b"] });
      const [id] = await world.endpoint.noted(topic);
      for (const [name, value] of [
        ["a", 1],
        ["b", 2],
        ["b", 3],
        ["unknown", 4],
      ])
        await world.service("Signals").resolve({ id, name, value });
      world.endpoint.open(gate);
      assert.deepEqual(await result, [2, 1, 3]);
      await world.service("Signals").resolve({ id, name: "a", value: "nobody is there any more" });
    },
  },
  {
    name: "signals race",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Signals").race({ topic, names: ["a", "b"] });
      const [id] = await world.endpoint.noted(topic);
      await world.service("Signals").resolve({ id, name: "b", value: 7 });
      assert.deepEqual(await result, ["b", 7]);
    },
  },
  ...Object.entries({
    all: [null, 42, "text"],
    allFails: { name: "TerminalError", message: "one of them", code: 444 },
    race: "quick",
    any: "this one",
    anyFails: ["AggregateError", ["first", "second"]],
    allSettled: [
      ["fulfilled", 1],
      ["rejected", { name: "TerminalError", message: "second", code: 455 }],
    ],
    timesOut: [true, 408],
    inTime: "in time",
    empty: [[], []],
    mapFailure: "mapped: to be mapped",
    constants: ["later", { name: "TerminalError", message: "from the start", code: 457 }, "this", 4, "there"],
    mapThrows: [{ name: "TerminalError", message: "from the mapper", code: 458 }, "caught"],
    mapsTwice: [1, 1, [1, 1]],
    deep: [
      ["rejected", { name: "TerminalError", message: "deep", code: 459 }],
      ["fulfilled", "second"],
      ["rejected", { name: "TimeoutError", message: "Timeout occurred", code: 408 }],
      ["fulfilled", [459, 1]],
    ],
    known: [true, true, true, false],
    olderName: ["a"],
  }).map(([handler, expected]) => ({
    name: `combined promises: ${handler}`,
    run: async (world) => assert.deepEqual(await world.service("Combinators")[handler](), expected),
  })),
  {
    name: "an awakeable is completed by another handler with bytes, or nothing",
    run: async (world) => {
      const [bytes, nothing] = [world.unique(), world.unique()];
      const awake = world.service("Awake");
      const [bytesResult, nothingResult] = [awake.waitForBytes(bytes), awake.wait(nothing)];
      const [id] = await world.endpoint.noted(bytes);
      await awake.resolveWithBytes({ id, values: [3, 4] });
      const [other] = await world.endpoint.noted(nothing);
      await awake.resolveWithNothing(other);
      assert.deepEqual([await bytesResult, await nothingResult], [[3, 4], null]);
    },
  },
  {
    name: "signals carry bytes, nothing, and codes",
    run: async (world) => {
      const [topic, failing] = [world.unique(), world.unique()];
      const signals = world.service("Signals");
      const result = signals.waitForBytes(topic);
      const [id] = await world.endpoint.noted(topic);
      await signals.resolveWithBytes({ id, values: [5] });
      assert.deepEqual(await result, [[5], "nothing"]);
      const rejected = signals.wait({ topic: failing, names: ["a"] });
      const [other] = await world.endpoint.noted(failing);
      await signals.rejectWithCode({ id: other, name: "a", reason: "no", errorCode: 467 });
      assert.deepEqual(await rejected, [{ name: "TerminalError", message: "no", code: 467 }]);
    },
  },
  {
    name: "a call that takes too long is given up and cancelled",
    run: async (world) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const outcome = await world.service("Combinators").timeoutOfCall({ topic, gate });
      assert.deepEqual(outcome, { name: "TimeoutError", message: "Timeout occurred", code: 408 });
      world.endpoint.open(gate);
    },
  },
  {
    name: "combined promises: nested",
    run: async (world) => {
      const topic = world.unique();
      const result = world.service("Combinators").nested(topic);
      const [id] = await world.endpoint.noted(topic);
      await world.ingress.resolveAwakeable(id, "it");
      assert.equal(await result, "got it");
    },
  },
  {
    name: "what is completed first wins, whenever it is replayed",
    run: async (world) => {
      const topic = world.unique();
      const names = ["a", "b", "c", "d"];
      const result = world.service("Combinators").order({ topic, ids: names });
      const [ids] = await world.endpoint.noted(topic);
      for (const name of ["c", "a", "d", "b"])
        await world.ingress.resolveAwakeable(ids[names.indexOf(name)], null);
      assert.deepEqual(await result, ["c", "a", "d", "b"]);
    },
  },
];
