/** Virtual objects. */
export function makeStateServices(sdk, test) {
  const { TerminalError, handlers, serde } = sdk;
  const { shared } = handlers.object;

  const implementation = () => ({
    add: async (ctx, amount) => {
      const value = ((await ctx.get("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
    get: shared(async (ctx, name) => ({ key: ctx.key, value: await ctx.get(name ?? "value") })),
    set: async (ctx, values) => {
      for (const [name, value] of Object.entries(values)) ctx.set(name, value);
    },
    keys: shared(async (ctx) => (await ctx.stateKeys()).toSorted()),
    clear: async (ctx, name) => ctx.clear(name),
    clearAll: async (ctx) => ctx.clearAll(),
    /** What one invocation sees of its own changes. */
    ownChanges: async (ctx) => {
      const seen = [await ctx.get("a")];
      ctx.set("a", 1);
      seen.push(await ctx.get("a"));
      ctx.set("b", { deep: [2] });
      seen.push((await ctx.stateKeys()).toSorted());
      ctx.clear("a");
      // Which keys there are now is left out: the official SDK forgets that one of those it got eagerly is gone.
      seen.push(await ctx.get("a"));
      ctx.clearAll();
      seen.push(await ctx.get("b"), await ctx.stateKeys());
      ctx.set("c", null);
      seen.push(await ctx.get("c"));
      return seen;
    },
    acrossSuspension: async (ctx, ms) => {
      ctx.set("before", "set before");
      ctx.clear("old");
      await ctx.sleep(ms);
      const seen = [await ctx.get("before"), await ctx.get("old"), await ctx.get("kept")];
      ctx.set("after", 1);
      return seen;
    },
    bytes: async (ctx, values) => {
      ctx.set("bytes", Uint8Array.from(values), serde.binary);
      return Array.from(await ctx.get("bytes", serde.binary));
    },
    setThenFail: async (ctx) => {
      ctx.set("value", "kept");
      throw new TerminalError("after a change", { errorCode: 400 });
    },
    setLarge: async (ctx, { names, size }) => {
      for (const name of names) ctx.set(name, name.repeat(size));
    },
    largeSizes: shared(async (ctx, names) => {
      const sizes = [];
      for (const name of names) sizes.push((await ctx.get(name)).length);
      return sizes;
    }),
    /** Holds the key until the gate opens. */
    hold: async (ctx, { topic, gate }) => {
      ctx.set("value", "changed");
      await ctx.run("keeps the change", () => {});
      test.note(topic, "holds");
      await test.gate(gate);
      test.note(topic, "leaves");
    },
    append: async (ctx, item) => {
      const items = (await ctx.get("items")) ?? [];
      await ctx.run("takes a while", () => new Promise((resolve) => setTimeout(resolve, 5)));
      ctx.set("items", [...items, item]);
      return items.length + 1;
    },
    sleepWithLock: async (ctx, { topic, ms }) => {
      test.note(topic, "enters");
      await ctx.sleep(ms);
      test.note(topic, "leaves");
    },
  });

  return [
    sdk.object({ name: `Counter${test.suffix}`, handlers: implementation() }),
    sdk.object({
      name: `LazyCounter${test.suffix}`,
      options: { enableLazyState: true },
      handlers: implementation(),
    }),
  ];
}
