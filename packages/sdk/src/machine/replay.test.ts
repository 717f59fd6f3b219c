import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { InvocationMachine } from "./machine.js";
import type { MachineOptions } from "./state.js";
import { bytes, completion, frame, input, journal, story, VOID } from "./story.test.kit.js";

const request = { service: "S", handler: "h", parameter: bytes("p") };
const call = {
  serviceName: "S",
  handlerName: "h",
  parameter: bytes("p"),
  headers: [],
  key: "",
  invocationIdNotificationIdx: 1,
  resultCompletionId: 2,
};

/** Runs `operation` against a journal with this one command. @returns the Error message, undefined if it fits */
function replay(
  recorded: Uint8Array,
  operation: (machine: InvocationMachine) => void,
  options: Partial<MachineOptions> = {},
): string | undefined {
  const s = story(journal([input(), recorded]), options);
  try {
    operation(s.machine);
  } catch {
    return s.output()[0];
  }
  assert.deepEqual(s.output(), [], "a replayed command is not written again");
  assert.equal(s.machine.phase, "processing");
  return undefined;
}

describe("replay", () => {
  it("accepts the recorded commands", () => {
    const sleep = frame("Sleep", { wakeUpTime: 5, resultCompletionId: 1, name: "n" });
    assert.equal(
      replay(sleep, (m) => m.sleep(77, "n")),
      undefined,
      "the time may differ",
    );
    assert.equal(
      replay(frame("Call", call), (m) => m.call(request)),
      undefined,
    );
    const { resultCompletionId: _, ...send } = call;
    assert.equal(
      replay(frame("OneWayCall", { ...send, invokeTime: 5 }), (m) => m.send(request, 9)),
      undefined,
      "the time may differ",
    );
    assert.equal(
      replay(frame("SetState", { key: "a", value: bytes("1") }), (m) => m.setState("a", bytes("1"))),
      undefined,
    );
    assert.equal(
      replay(frame("ClearAllState", {}), (m) => m.clearAllState()),
      undefined,
    );
    const output = frame("Output", { result: { kind: "value", value: bytes("r") } });
    const s = story(journal([input(), output]));
    s.machine.succeed(bytes("r"));
    assert.deepEqual(s.output(), ["End"]);
  });

  it("names the field that differs, its recorded and its present value", () => {
    const message = replay(frame("Call", call), (m) =>
      m.call({ ...request, handler: "other", parameter: bytes("q") }),
    );
    assert.match(message!, /^Error \{"code":570/);
    assert.match(message!, /At command index 1, Call, these differ/);
    assert.match(message!, /- handlerName: recorded \\"h\\", now \\"other\\"/);
    assert.match(message!, /- parameter: recorded p, now q/);
    assert.match(message!, /"relatedCommandIndex":1,"relatedCommandType":1037\}$/);
  });

  it("names the command that was recorded instead", () => {
    const message = replay(frame("SetState", { key: "a", value: bytes("1") }), (m) => m.run("pay"));
    assert.match(message!, /recorded at command index 1: SetState/);
    assert.match(message!, /the code now asks for: Run 'pay'/);
    assert.match(message!, /"relatedCommandName":"pay"/);
  });

  const mismatches: [string, Uint8Array, (machine: InvocationMachine) => void][] = [
    [
      "a sleep's name",
      frame("Sleep", { wakeUpTime: 1, resultCompletionId: 1, name: "a" }),
      (m) => m.sleep(1, "b"),
    ],
    ["a run's name", frame("Run", { resultCompletionId: 1, name: "a" }), (m) => m.run("b")],
    ["a state's key", frame("SetState", { key: "a", value: bytes("1") }), (m) => m.setState("b", bytes("1"))],
    [
      "a state's value",
      frame("SetState", { key: "a", value: bytes("1") }),
      (m) => m.setState("a", bytes("2")),
    ],
    ["a call's key", frame("Call", { ...call, key: "k" }), (m) => m.call(request)],
    [
      "a call's headers",
      frame("Call", { ...call, headers: [{ key: "a", value: "b" }] }),
      (m) => m.call(request),
    ],
    ["a call's idempotency key", frame("Call", { ...call, idempotencyKey: "i" }), (m) => m.call(request)],
    ["a promise's key", frame("GetPromise", { key: "a", resultCompletionId: 1 }), (m) => m.getPromise("b")],
    [
      "the target of an attach",
      frame("AttachInvocation", {
        target: { kind: "invocationId", invocationId: "a" },
        resultCompletionId: 1,
      }),
      (m) => m.attachInvocation({ kind: "invocationId", invocationId: "b" }),
    ],
    [
      "the result",
      frame("Output", { result: { kind: "value", value: bytes("1") } }),
      (m) => m.succeed(bytes("2")),
    ],
    [
      "a value given to an awakeable",
      frame("CompleteAwakeable", { awakeableId: "a", result: { kind: "value", value: bytes("1") } }),
      (m) => m.completeAwakeable("a", { kind: "failure", failure: { code: 500, message: "x" } }),
    ],
    [
      "the name of a signal",
      frame("SendSignal", { targetInvocationId: "i", signal: { kind: "name", name: "a" }, result: VOID }),
      (m) => m.sendSignal("i", "b", VOID),
    ],
  ];
  for (const [what, recorded, operation] of mismatches) {
    it(`notices a change of ${what}`, () => {
      assert.match(replay(recorded, operation) ?? "", /^Error \{"code":570/);
    });
  }

  it("may leave payloads out", () => {
    const recorded = frame("Call", call);
    const other = { ...request, parameter: bytes("q") };
    assert.equal(
      replay(recorded, (m) => m.call(other), { comparePayloads: false }),
      undefined,
    );
    assert.equal(
      replay(recorded, (m) => m.call(other, { comparePayloads: false })),
      undefined,
    );
  });

  it("tells the server what to do about a mismatch (V7)", () => {
    const recorded = frame("Run", { resultCompletionId: 1, name: "a" });
    const pause = replay(recorded, (m) => m.run("b"), { version: 7, onJournalMismatch: "pause" });
    assert.match(pause!, /"behavior":1\}/);
    const fail = replay(recorded, (m) => m.run("b"), { version: 7, onJournalMismatch: "fail" });
    assert.match(fail!, /"behavior":2\}/);
    const old = replay(recorded, (m) => m.run("b"), { version: 6, onJournalMismatch: "fail" });
    assert.doesNotMatch(old!, /behavior":2/);
  });

  it("notices an await that the previous execution did not have", () => {
    const s = story(
      journal([
        input(),
        frame("Run", { resultCompletionId: 1, name: "pay" }),
        frame("Sleep", { wakeUpTime: 1, resultCompletionId: 2 }),
        completion("SleepCompletion", 2, VOID),
      ]),
    );
    s.machine.run("pay");
    assert.throws(() => s.progress(1));
    const [message] = s.output();
    assert.match(message!, /^Error \{"code":570/);
    assert.match(message!, /An 'await' has no result in the journal/);
    assert.match(message!, /- Run 'pay' at command index 1/);
  });
});
