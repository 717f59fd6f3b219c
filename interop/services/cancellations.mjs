/** Handlers that are told of their cancellation instead of failing by it. */
export function makeCancellationServices(sdk, test) {
  const { CancelledError, RestatePromise, TerminalError, handlers } = sdk;
  const to = (service) => ({ name: service + test.suffix });
  const started = (ctx, topic) => ctx.run("started", () => test.note(topic, ctx.request().id));

  const explicit = sdk.service({
    name: `Explicit${test.suffix}`,
    options: { explicitCancellation: true },
    handlers: {
      races: async (ctx, topic) => {
        await started(ctx, topic);
        return await RestatePromise.race([
          ctx.sleep(60_000).map(() => "slept"),
          ctx.cancellation().map(() => "cancelled"),
        ]);
      },
      fails: async (ctx, topic) => {
        await started(ctx, topic);
        await RestatePromise.race([
          ctx.sleep(60_000),
          ctx.cancellation().map(() => {
            throw new TerminalError("gave up", { errorCode: 456 });
          }),
        ]);
      },
      goesOn: async (ctx, topic) => {
        await started(ctx, topic);
        await ctx.cancellation();
        await ctx.sleep(20);
        return await ctx.run("still works", () => "went on");
      },
      twice: async (ctx, topic) => {
        await started(ctx, topic);
        const first = ctx.cancellation();
        const isSame = first === ctx.cancellation();
        await first;
        await ctx.run("cancelled", () => test.note(`${topic}/first`));
        await ctx.cancellation();
        return { isSame, isNew: first !== ctx.cancellation() };
      },
      /** The callee is not cancelled until it says so. */
      callees: async (ctx, topic) => {
        const call = ctx.serviceClient(to("Cancelled")).compensates(`${topic}/callee`);
        const callee = await call.invocationId;
        await started(ctx, topic);
        await ctx.cancellation();
        await ctx.run("cancelled", () => test.note(`${topic}/cancelled`));
        const ids = await ctx.cancelPreviousCalls();
        try {
          await call;
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          return { isCallee: ids.length === 1 && ids[0] === callee, code: error.code };
        }
      },
      aborts: async (ctx, topic) => {
        await started(ctx, topic);
        const controller = new AbortController();
        const step = ctx.run("waits", async () => {
          test.note(`${topic}/step`);
          await new Promise((resolve) => controller.signal.addEventListener("abort", resolve));
          return "aborted";
        });
        const cancelled = ctx.cancellation().map(() => controller.abort());
        await RestatePromise.race([step, cancelled]);
        return await step;
      },
      /** Of all its handlers one is like those of other services. */
      implicit: handlers.handler({ explicitCancellation: false }, async (ctx, topic) => {
        try {
          await started(ctx, topic);
          await ctx.sleep(60_000);
          return "slept";
        } catch (error) {
          return [error instanceof CancelledError, error instanceof TerminalError, error.code];
        }
      }),
    },
  });
  return [explicit];
}
