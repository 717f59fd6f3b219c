import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../partition/commands.js";
import { VirtualClock } from "../simulation/virtual-clock.js";
import { MemoryStore } from "../store/memory/memory-store.js";
import type { TimerRow } from "../store/store.js";
import { batch } from "../store/suite/rows.js";
import { TimerWindow } from "./timer-window.js";
import { TimerQueue } from "./timers.js";

const timer = (at: number, num: number): TimerRow => ({ partition: 0, at, num, completionId: 1 });
const durable = async (): Promise<void> => {};

function open() {
  const clock = new VirtualClock(0);
  const fired: number[] = [];
  const queue = new TimerQueue(clock, (commands: readonly Command[]) => {
    for (const command of commands) if (command.kind === "timer") fired.push(command.timer.num);
  });
  const store = new MemoryStore();
  return { clock, fired, store, window: new TimerWindow(store, 1, queue) };
}

test("timers in the store come into memory once, when they are near", async () => {
  const { clock, fired, store, window } = open();
  await store.commit(batch({ timerPuts: [timer(10, 1), timer(70_000, 2)] }));
  await window.move(0, durable);
  while (clock.advance(60_000)) {}
  assert.deepEqual(fired, [1]);
  // The first one's row may still be there: what has fired is not read again.
  await window.move(30_000, durable);
  while (clock.advance(90_000)) {}
  assert.deepEqual(fired, [1, 2]);
});

test("a timer that is set while the window moves fires once, whether or not it was read", async () => {
  const { clock, fired, store, window } = open();
  await window.move(0, durable);
  await window.move(30_000, async () => {
    await store.commit(batch({ timerPuts: [timer(80_000, 1)] }));
    window.set(timer(80_000, 1));
    window.set(timer(80_001, 2));
  });
  while (clock.advance(200_000)) {}
  assert.deepEqual(fired, [1, 2]);
});

test("a timer beyond the window waits in the store; one that is due fires at once", async () => {
  const { clock, fired, window } = open();
  await window.move(0, durable);
  window.set(timer(1_000_000, 1));
  window.set(timer(0, 2));
  while (clock.advance(2_000_000)) {}
  assert.deepEqual(fired, [2]);
});

test("timers fire in the order of their time", async () => {
  const { clock, fired, window } = open();
  await window.move(0, durable);
  for (const at of [50, 10, 40, 20, 30]) window.set(timer(at, at));
  while (clock.advance(1_000)) {}
  assert.deepEqual(fired, [10, 20, 30, 40, 50]);
});
