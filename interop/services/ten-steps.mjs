/** A handler with much to lose in a crash. */
export function makeTenSteps(sdk, test) {
  return [
    sdk.service({
      name: `TenSteps${test.suffix}`,
      handlers: {
        /** Notes each execution of a step, and each result that it goes on with, whichever attempt does so. */
        go: async (ctx, { topic, steps, pauseMs, gateAfter }) => {
          const results = [];
          const tally = ctx.objectSendClient({ name: `Counter${test.suffix}` }, topic);
          for (let step = 1; step <= steps; step++) {
            const result = await ctx.run(`step ${step}`, () => {
              const value = `${step}/${crypto.randomUUID()}`;
              test.note(`${topic}/executed`, value);
              return value;
            });
            test.note(`${topic}/used`, result);
            results.push(result);
            tally.add(1);
            if (step === gateAfter) {
              test.note(`${topic}/waits`);
              await test.gate(`${topic}/gate`);
            }
            await ctx.sleep(pauseMs);
          }
          return results;
        },
      },
    }),
  ];
}
