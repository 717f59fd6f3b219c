/** Workflows and their promises. */
export function makeWorkflows(sdk, test) {
  const { TerminalError, serde } = sdk;

  const flow = sdk.workflow({
    name: `Flow${test.suffix}`,
    handlers: {
      run: async (ctx, { topic, result }) => {
        test.note(topic);
        ctx.set("stage", "started");
        const clicked = await ctx.promise("clicked");
        ctx.set("stage", "clicked");
        return { key: ctx.key, clicked, result };
      },
      click: async (ctx, value) => ctx.promise("clicked").resolve(value),
      refuse: async (ctx, message) => ctx.promise("clicked").reject(message),
      peek: async (ctx) => (await ctx.promise("clicked").peek()) ?? "nothing yet",
      wait: async (ctx) => ctx.promise("clicked"),
      waitOrTimeout: async (ctx, ms) => ctx.promise("clicked").get().orTimeout(ms),
      bytes: async (ctx, values) => {
        const promise = ctx.promise("bytes", serde.binary);
        await promise.resolve(Uint8Array.from(values));
        return [Array.from(await promise), Array.from(await promise.peek()), Array.from(await promise.get())];
      },
      raced: async (ctx, value) => {
        const winner = sdk.RestatePromise.race([
          ctx.promise("raced").get(),
          ctx.sleep(60_000).map(() => "slept"),
        ]);
        await ctx.promise("raced").resolve(value);
        return await winner;
      },
      stage: async (ctx) => await ctx.get("stage"),
    },
  });
  const failingFlow = sdk.workflow({
    name: `FailingFlow${test.suffix}`,
    handlers: {
      run: async (ctx) => {
        await ctx.sleep(1);
        throw new TerminalError("the workflow failed", { errorCode: 422 });
      },
    },
  });
  const quickFlow = sdk.workflow({
    name: `QuickFlow${test.suffix}`,
    handlers: { run: async (_ctx, value) => value },
  });
  return [flow, failingFlow, quickFlow];
}
