/** A service that differs from endpoint to endpoint: see Variant.label. */
export function makeVersions(sdk, test) {
  const { label = "only" } = test;
  const handlers = {
    /** Which code it is that starts, and which that ends. */
    both: async (ctx, topic) => {
      const start = await ctx.run("start", () => label);
      const { id, promise } = ctx.awakeable();
      test.note(topic, id);
      await promise;
      return [start, label];
    },
    now: async () => label,
  };
  if (label === "without now") delete handlers.now;
  const name = `Versioned${test.suffix}`;
  if (label === "another kind") return [sdk.object({ name, handlers })];
  return [sdk.service({ name, handlers })];
}
