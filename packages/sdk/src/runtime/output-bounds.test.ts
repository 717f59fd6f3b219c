import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvocationMachine } from "../machine/machine.js";
import { bytes, input, journal } from "../machine/story.test.kit.js";
import { Attempt, type AttemptEnd } from "./attempt.js";

const request = { service: "S", handler: "h", parameter: bytes("x".repeat(1000)) };
const MAX_UNSENT_BYTES = 1_000_000;

/** An attempt whose handler sends without ever awaiting. */
function createAttempt(accepts: () => boolean) {
  const written: number[] = [];
  const ends: AttemptEnd[] = [];
  const machine = new InvocationMachine({ version: 6 });
  const sink = {
    write: (chunk: Uint8Array) => {
      written.push(chunk.length);
      return accepts();
    },
    end: () => {},
  };
  const events = {
    ready: () => attempt.perform((m) => m.input()),
    execute: () => {},
    ended: (end: AttemptEnd) => void ends.push(end),
  };
  const attempt = new Attempt(machine, sink, events, MAX_UNSENT_BYTES);
  for (const chunk of journal([input()])) attempt.receive(chunk);
  return { attempt, machine, written, ends };
}

describe("commands that nobody awaits", () => {
  it("leave in pieces, before user code rests", () => {
    const { attempt, machine, written, ends } = createAttempt(() => true);
    for (let i = 0; i < 5000; i++) attempt.perform((m) => m.send(request, 0));
    assert.ok(written.length > 5, `${written.length} pieces`);
    assert.ok(machine.outputBytes < 300_000);
    assert.deepEqual(ends, []);
  });

  it("wait for a slow server within bounds, and then fail the attempt with what to do", () => {
    const { attempt, machine, written, ends } = createAttempt(() => false);
    let sent = 0;
    while (!attempt.isOver && sent < 5000) {
      attempt.perform((m) => m.send(request, 0));
      sent++;
    }
    assert.equal(written.length, 1, "the server said stop at once");
    assert.ok(sent > 1000 && sent < 1500, `${sent} sends`);
    assert.deepEqual(ends, ["failed"]);
    assert.match(machine.failure?.message ?? "", /More than 1000000 bytes of commands wait.*Await something/);
  });

  it("go on when the server has caught up", () => {
    let slow = true;
    const { attempt, machine, ends } = createAttempt(() => !slow);
    for (let i = 0; i < 600; i++) attempt.perform((m) => m.send(request, 0));
    assert.ok(machine.outputBytes > 0);
    slow = false;
    attempt.outputDrained();
    assert.equal(machine.outputBytes, 0);
    for (let i = 0; i < 3000; i++) attempt.perform((m) => m.send(request, 0));
    assert.deepEqual(ends, []);
  });
});
