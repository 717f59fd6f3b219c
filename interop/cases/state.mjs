/** Virtual objects: state, one writer at a time, readers beside it. */
import assert from "node:assert/strict";

const forBoth = (name, run) =>
  ["Counter", "LazyCounter"].map((service) => ({
    name: `${name}${service === "LazyCounter" ? " (lazy state)" : ""}`,
    run: (world) => run(world, (key) => world.object(service, key)),
  }));

export const state = [
  ...forBoth("state is kept per key", async (world, counter) => {
    const [a, b] = [world.unique(), `ä b/c?%41${world.unique()}`];
    assert.equal(await counter(a).add(1), 1);
    assert.equal(await counter(a).add(2), 3);
    assert.deepEqual(await counter(a).get(), { key: a, value: 3 });
    assert.deepEqual(await counter(b).get(), { key: b, value: null });
    assert.equal(await counter(b).add(7), 7);
    assert.deepEqual(await counter(b).get(), { key: b, value: 7 });
  }),
  ...forBoth("state is listed and cleared", async (world, counter) => {
    const key = world.unique();
    await counter(key).set({ one: 1, two: [2], three: "" });
    assert.deepEqual(await counter(key).keys(), ["one", "three", "two"]);
    await counter(key).clear("two");
    assert.deepEqual(await counter(key).keys(), ["one", "three"]);
    await counter(key).clearAll();
    assert.deepEqual(await counter(key).keys(), []);
    assert.equal((await counter(key).get("one")).value, null);
  }),
  ...forBoth("an invocation sees its own changes", async (world, counter) => {
    const seen = [null, 1, ["a", "b"], null, null, [], null];
    assert.deepEqual(await counter(world.unique()).ownChanges(), seen);
  }),
  ...forBoth("state survives a suspension", async (world, counter) => {
    const key = world.unique();
    await counter(key).set({ old: 1, kept: 2 });
    assert.deepEqual(await counter(key).acrossSuspension(150), ["set before", null, 2]);
    assert.deepEqual(await counter(key).keys(), ["after", "before", "kept"]);
  }),
  ...forBoth("state may be bytes", async (world, counter) => {
    assert.deepEqual(await counter(world.unique()).bytes([0, 200, 255]), [0, 200, 255]);
  }),
  ...forBoth("changes made before a terminal failure stay", async (world, counter) => {
    const key = world.unique();
    await assert.rejects(counter(key).setThenFail(), /after a change/);
    assert.equal((await counter(key).get()).value, "kept");
  }),
  ...forBoth("state may be large", async (world, counter) => {
    const key = world.unique();
    const names = ["a", "b", "c", "d"];
    await counter(key).setLarge({ names, size: 700_000 });
    assert.deepEqual(await counter(key).largeSizes(names), [700_000, 700_000, 700_000, 700_000]);
  }),
  {
    name: "one writer at a time, while readers go on",
    run: async (world) => {
      const [key, topic, gate] = [world.unique(), world.unique(), world.unique()];
      const counter = world.object("Counter", key);
      const first = counter.hold({ topic, gate });
      await world.endpoint.noted(topic);
      const second = counter.hold({ topic, gate });
      assert.deepEqual(await counter.get(), { key, value: "changed" });
      assert.deepEqual(await counter.get("missing"), { key, value: null });
      await world.object("Counter", `${key} another`).add(1);
      assert.deepEqual(world.endpoint.notes(topic), ["holds"]);
      world.endpoint.open(gate);
      await Promise.all([first, second]);
      assert.deepEqual(world.endpoint.notes(topic), ["holds", "leaves", "holds", "leaves"]);
    },
  },
  {
    name: "a suspended writer keeps its key",
    run: async (world) => {
      const [key, topic] = [world.unique(), world.unique()];
      const counter = world.object("Counter", key);
      await Promise.all([
        counter.sleepWithLock({ topic, ms: 250 }),
        counter.sleepWithLock({ topic, ms: 10 }),
      ]);
      // In between there are as many "enters" as there were attempts.
      const turns = world.endpoint
        .notes(topic)
        .join(" ")
        .replaceAll(/(enters )+/g, "enters ");
      assert.equal(turns, "enters leaves enters leaves");
    },
  },
  {
    name: "messages to one key are handled in their order",
    run: async (world) => {
      const key = world.unique();
      const items = Array.from({ length: 10 }, (_, i) => i);
      for (const item of items) await world.objectSend("Counter", key).append(item);
      await world.object("Counter", key).append("last");
      assert.deepEqual((await world.object("Counter", key).get("items")).value, [...items, "last"]);
    },
  },
];
