import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline, Deadlines } from "./deadlines.js";

class Recorded extends Deadline {
  metAt: number[] = [];

  onDue(): void {
    this.metAt.push(performance.now());
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("a deadline is met once, not before its time and soon after", async () => {
  const deadlines = new Deadlines();
  const startedAt = performance.now();
  const all = [0, 1, 20, 50, 100, 200].map((delay) => {
    const deadline = new Recorded();
    deadlines.set(deadline, delay);
    return { deadline, delay };
  });
  await wait(300);
  for (const { deadline, delay } of all) {
    assert.equal(deadline.metAt.length, 1);
    const elapsed = deadline.metAt[0]! - startedAt;
    assert.ok(elapsed >= delay && elapsed <= delay + 90, `${delay}: ${elapsed}`);
  }
});

test("putting off, moving nearer and clearing", async () => {
  const deadlines = new Deadlines();
  const [putOff, nearer, later, cleared, again] = Array.from({ length: 5 }, () => new Recorded());
  for (const deadline of [putOff!, cleared!, later!]) deadlines.set(deadline, 50);
  deadlines.set(nearer!, 60_000);
  deadlines.set(nearer!, 50);
  deadlines.set(later!, 60_000);
  deadlines.putOff(putOff!, 200);
  deadlines.clear(cleared!);
  deadlines.clear(cleared!);
  deadlines.set(again!, 20);
  await wait(130);
  assert.deepEqual(
    [putOff, nearer, later, cleared, again].map((d) => d!.metAt.length),
    [0, 1, 0, 0, 1],
  );
  deadlines.set(again!, 20);
  await wait(150);
  assert.deepEqual(
    [putOff, nearer, later, cleared, again].map((d) => d!.metAt.length),
    [1, 1, 0, 0, 2],
  );
  deadlines.stop();
});

test("what is met may set, clear and stop others", async () => {
  const deadlines = new Deadlines();
  const other = new Recorded();
  class Acting extends Deadline {
    constructor(readonly act: () => void) {
      super();
    }
    onDue(): void {
      this.act();
    }
  }
  const third = new Recorded();
  deadlines.set(new Acting(() => deadlines.clear(other)), 20);
  deadlines.set(other, 60);
  deadlines.set(new Acting(() => deadlines.set(third, 20)), 20);
  await wait(120);
  assert.equal(other.metAt.length, 0);
  assert.equal(third.metAt.length, 1);
  deadlines.set(new Acting(() => deadlines.stop()), 20);
  deadlines.set(other, 20);
  deadlines.set(third, 60);
  await wait(120);
  assert.equal(third.metAt.length, 1);
});

test("beyond one turn of the wheel, and after a stall of the event loop", async () => {
  const deadlines = new Deadlines();
  const soon = new Recorded();
  const far = new Recorded();
  deadlines.set(soon, 30);
  deadlines.set(far, Number.POSITIVE_INFINITY);
  const until = performance.now() + 100;
  while (performance.now() < until);
  await wait(40);
  assert.equal(soon.metAt.length, 1);
  assert.equal(far.metAt.length, 0);
  deadlines.stop();
});

test("thousands of deadlines that move at random are met when they should", async () => {
  const deadlines = new Deadlines();
  const all = Array.from({ length: 5000 }, () => new Recorded());
  let seed = 1;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % n;
  };
  for (const deadline of all) deadlines.set(deadline, random(300));
  for (let i = 0; i < 20_000; i++) {
    const deadline = all[random(all.length)]!;
    if (random(3) === 0) deadlines.clear(deadline);
    else deadlines.set(deadline, random(300));
  }
  const waiting = new Map(all.filter((d) => d.tick >= 0).map((d) => [d, d.dueAt]));
  await wait(450);
  for (const deadline of all) {
    const due = waiting.get(deadline);
    assert.equal(deadline.metAt.length, due === undefined ? 0 : 1);
    if (due !== undefined) assert.ok(deadline.metAt[0]! >= due);
  }
});
