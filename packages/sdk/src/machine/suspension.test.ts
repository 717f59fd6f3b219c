import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Combinator } from "@pawl/protocol";
import { InvocationMachine } from "./machine.js";
import { awaitingTree, bytes, completion, fresh, input, start, VOID, value } from "./story.test.kit.js";

describe("suspension", () => {
  it("lists what may wake the invocation, and the cancel signal (V5, V6)", () => {
    const s = fresh({ version: 5 });
    s.machine.sleep(10);
    s.machine.receiveEnd();
    s.output();
    assert.deepEqual(s.progress(1), { kind: "suspended" });
    assert.deepEqual(s.output(), ['Suspension {"completions":[1],"signals":[1]}']);
    assert.equal(s.machine.phase, "closed");
  });

  it("has these bytes (V6)", () => {
    const s = fresh();
    s.machine.sleep(10);
    s.machine.receiveEnd();
    s.machine.takeOutput();
    s.progress(1);
    assert.equal(Buffer.from(s.machine.takeOutput()!).toString("hex"), "00010000000000060a0101120101");
  });

  it("is a tree in V7, with these bytes", () => {
    const s = fresh({ version: 7 });
    s.machine.sleep(10);
    s.machine.receiveEnd();
    s.machine.takeOutput();
    s.progress(1);
    assert.equal(
      Buffer.from(s.machine.takeOutput()!).toString("hex"),
      "000100000000000a22080a01011201012801",
    );
  });

  it("nests combinations in V7, flattens them before", () => {
    const tree = {
      combinator: Combinator.AllSucceededOrFirstFailed,
      children: [1, -17, { combinator: Combinator.FirstCompleted, children: [2, "go", 1] }],
    };
    const v7 = fresh({ version: 7 });
    v7.machine.receiveEnd();
    v7.machine.progress(awaitingTree(tree));
    assert.deepEqual(v7.output(), [
      'Suspension {"awaitingOn":{"signals":[1],"nested":[{"completions":[1],"signals":[17],' +
        '"nested":[{"completions":[2,1],"namedSignals":["go"],"combinator":1}],"combinator":4}],"combinator":1}}',
    ]);
    const v6 = fresh();
    v6.machine.receiveEnd();
    v6.machine.progress(awaitingTree(tree));
    assert.deepEqual(v6.output(), [
      'Suspension {"completions":[1,2],"signals":[17,1],"namedSignals":["go"]}',
    ]);
  });

  it("does not happen while an awaited run executes; a run that only has to start is executed", () => {
    const s = fresh();
    const { handle } = s.machine.run("r");
    s.machine.receiveEnd();
    assert.deepEqual(s.progress(handle), { kind: "execute", handle });
    assert.deepEqual(s.progress(handle), { kind: "wait" });
    s.machine.finishRun(handle, { kind: "success", value: bytes("1") });
    s.output();
    assert.deepEqual(s.progress(handle), { kind: "suspended" });
    assert.deepEqual(s.output(), ['Suspension {"completions":[1],"signals":[1]}']);
  });

  it("does not happen when the result is there already", () => {
    const s = fresh();
    s.machine.sleep(10);
    s.server(completion("SleepCompletion", 1, VOID));
    s.machine.receiveEnd();
    assert.deepEqual(s.progress(1), { kind: "ready", handle: 1 });
  });

  it("is announced in V7 when the machine begins to wait, and not while a run executes", () => {
    const s = fresh({ version: 7 });
    s.machine.sleep(10);
    s.output();
    s.progress(1);
    assert.deepEqual(s.output(), [
      'AwaitingOn {"awaitingOn":{"completions":[1],"signals":[1],"combinator":1},"executingSideEffects":false}',
    ]);
    const { handle } = s.machine.run("r");
    s.progress(handle);
    s.output();
    s.progress(handle);
    assert.deepEqual(s.output(), []);
  });
});

describe("input", () => {
  it("may arrive in pieces of any size", () => {
    const machine = new InvocationMachine({ version: 6 });
    const all = Buffer.concat([start(2), input("x"), completion("SleepCompletion", 1, VOID)]);
    for (const byte of all) machine.receive(Uint8Array.of(byte));
    assert.ok(machine.isReady);
    assert.equal(machine.phase, "replaying");
  });

  it("must hold the whole journal", () => {
    const machine = new InvocationMachine({ version: 6 });
    machine.receive(start(2));
    machine.receive(input());
    assert.throws(() => machine.receiveEnd(), /before the whole journal had arrived/);
    assert.equal(machine.failure?.code, 571);
  });

  it("must announce at least the Input", () => {
    const machine = new InvocationMachine({ version: 6 });
    assert.throws(() => machine.receive(start(0)), /the Input is missing/);
  });

  it("brings what the server says about the invocation", () => {
    const machine = new InvocationMachine({ version: 7 });
    machine.receive(start(1, { key: "k", scope: "s", limitKey: "l", idempotencyKey: "i", randomSeed: 3n }));
    machine.receive(input("body"));
    const { value: body, rawId: _, ...rest } = machine.input();
    assert.equal(Buffer.from(body).toString(), "body");
    assert.deepEqual(rest, {
      invocationId: "inv_1test",
      key: "k",
      headers: [],
      randomSeed: 3n,
      scope: "s",
      limitKey: "l",
      idempotencyKey: "i",
    });
  });

  it("has no random seed in V5", () => {
    const machine = new InvocationMachine({ version: 5 });
    machine.receive(start(1));
    machine.receive(input());
    assert.equal(machine.input().randomSeed, undefined);
  });

  it("of garbage closes the machine with a protocol violation", () => {
    const s = fresh();
    assert.throws(() => s.server(Uint8Array.of(0x7f, 0xff, 0, 0, 0, 0, 0, 0)));
    assert.equal(s.machine.failure?.code, 571);
    assert.match(s.output()[0]!, /^Error \{"code":571/);
    s.machine.receive(value("ignored").value);
  });
});
