import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completion, frame, fresh, input, journal, story, VOID } from "./story.test.kit.js";

describe("order of results", () => {
  it("is the order of the journal, one at a time", () => {
    const s = fresh();
    s.machine.sleep(10);
    s.machine.sleep(20);
    s.server(completion("SleepCompletion", 2, VOID), completion("SleepCompletion", 1, VOID));
    assert.deepEqual(s.progress(1, 2), { kind: "ready", handle: 2 });
    assert.equal(s.take(1), undefined, "the next one is not looked at before somebody awaits again");
    assert.deepEqual(s.progress(1), { kind: "ready", handle: 1 });
  });

  it("is the same on replay", () => {
    const s = story(
      journal([
        input(),
        frame("Sleep", { wakeUpTime: 1, resultCompletionId: 1 }),
        frame("Sleep", { wakeUpTime: 2, resultCompletionId: 2 }),
        completion("SleepCompletion", 2, VOID),
        completion("SleepCompletion", 1, VOID),
      ]),
    );
    s.machine.sleep(99);
    s.machine.sleep(99);
    assert.equal(s.machine.phase, "processing", "with the last command, although notifications are left");
    assert.deepEqual(s.progress(1, 2), { kind: "ready", handle: 2 });
  });
});
