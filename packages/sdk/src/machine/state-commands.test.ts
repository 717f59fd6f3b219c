import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytes, completion, frame, fresh, input, journal, story, VOID, value } from "./story.test.kit.js";

const stateMap = [{ key: "c", value: bytes("5") }];

describe("eager state", () => {
  it("answers a known key from the snapshot and journals the answer", () => {
    const s = fresh({}, { stateMap, partialState: false });
    const handle = s.machine.getState("c");
    assert.equal(s.take(handle), "5");
    assert.deepEqual(s.output(), ['GetEagerState {"key":"c","result":{"kind":"value","value":"5"}}']);
  });

  it("answers a missing key with void when the snapshot is complete", () => {
    const s = fresh({}, { partialState: false });
    assert.equal(s.take(s.machine.getState("x")), "void");
    assert.deepEqual(s.output(), ['GetEagerState {"key":"x","result":{"kind":"void"}}']);
  });

  it("asks the server for a missing key when the snapshot is partial", () => {
    const s = fresh({}, { stateMap, partialState: true });
    const handle = s.machine.getState("x");
    assert.deepEqual(s.output(), ['GetLazyState {"key":"x","resultCompletionId":1}']);
    assert.deepEqual(s.progress(handle), { kind: "wait" });
    s.server(completion("GetLazyStateCompletion", 1, value("9")));
    assert.deepEqual(s.progress(handle), { kind: "ready", handle });
    assert.equal(s.take(handle), "9");
  });

  it("takes a completion id for an eager read, too", () => {
    const s = fresh({}, { stateMap, partialState: false });
    s.machine.getState("c");
    s.machine.sleep(100);
    assert.deepEqual(s.output().slice(1), ['Sleep {"wakeUpTime":100,"resultCompletionId":2}']);
  });

  it("sees what the handler set and cleared", () => {
    const s = fresh({}, { stateMap, partialState: true });
    s.machine.setState("a", bytes("1"));
    assert.equal(s.take(s.machine.getState("a")), "1");
    s.machine.clearState("a");
    assert.equal(s.take(s.machine.getState("a")), "void");
    s.machine.clearAllState();
    assert.equal(s.take(s.machine.getState("c")), "void", "after clearAll nothing is unknown any more");
    assert.deepEqual(s.output(), [
      'SetState {"key":"a","value":"1"}',
      'GetEagerState {"key":"a","result":{"kind":"value","value":"1"}}',
      'ClearState {"key":"a"}',
      'GetEagerState {"key":"a","result":{"kind":"void"}}',
      "ClearAllState",
      'GetEagerState {"key":"c","result":{"kind":"void"}}',
    ]);
  });

  it("lists keys in order, without cleared ones", () => {
    const s = fresh({}, { stateMap, partialState: false });
    s.machine.setState("b", bytes("1"));
    s.machine.setState("a", bytes("1"));
    s.machine.clearState("b");
    assert.deepEqual(s.take(s.machine.getStateKeys()), ["a", "c"]);
    assert.equal(s.output().at(-1), 'GetEagerStateKeys {"keys":["a","c"]}');
  });

  it("asks for the keys when the snapshot is partial", () => {
    const s = fresh();
    const handle = s.machine.getStateKeys();
    assert.deepEqual(s.output(), ['GetLazyStateKeys {"resultCompletionId":1}']);
    s.server(completion("GetLazyStateKeysCompletion", 1, { kind: "stateKeys", keys: ["k"] }));
    s.progress(handle);
    assert.deepEqual(s.take(handle), ["k"]);
  });
});

describe("state on replay", () => {
  it("takes an eager answer from the journal, whatever the snapshot says now", () => {
    const entries = [input(), frame("GetEagerState", { key: "c", result: VOID })];
    const s = story(journal(entries, { stateMap, partialState: false }));
    assert.equal(s.take(s.machine.getState("c")), "void");
    assert.equal(s.machine.phase, "processing");
    assert.deepEqual(s.output(), []);
  });

  it("accepts the lazy variant although the value is at hand now", () => {
    const entries = [
      input(),
      frame("GetLazyState", { key: "c", resultCompletionId: 1 }),
      completion("GetLazyStateCompletion", 1, value("old")),
    ];
    const s = story(journal(entries, { stateMap, partialState: false }));
    const handle = s.machine.getState("c");
    assert.deepEqual(s.progress(handle), { kind: "ready", handle });
    assert.equal(s.take(handle), "old");
  });

  it("accepts both variants of the keys", () => {
    const eager = story(journal([input(), frame("GetEagerStateKeys", { keys: ["z"] })]));
    assert.deepEqual(eager.take(eager.machine.getStateKeys()), ["z"]);
    const lazy = story(
      journal([input(), frame("GetLazyStateKeys", { resultCompletionId: 1 })], { partialState: false }),
    );
    lazy.machine.getStateKeys();
    assert.equal(lazy.machine.phase, "processing");
  });
});
