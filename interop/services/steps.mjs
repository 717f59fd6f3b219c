/** What happens inside of one invocation: runs, random values, the clock, and code that does not fit its journal. */
export function makeStepServices(sdk, test) {
  const { RetryableError, RestatePromise, TerminalError, handlers, serde } = sdk;

  const runs = sdk.service({
    name: `Runs${test.suffix}`,
    handlers: {
      values: async (ctx) => [
        await ctx.run(() => 1),
        await ctx.run("text", async () => "zwei"),
        (await ctx.run("nothing", () => {})) ?? "undefined",
        await ctx.run("null", () => null),
        Array.from(await ctx.run("bytes", () => Uint8Array.of(1, 2), { serde: serde.binary })),
      ],
      /** Fails between steps: what was done is not done again. */
      steps: async (ctx, { topic, count }) => {
        test.note(`${topic}/attempt`);
        const results = [];
        for (let step = 1; step <= count; step++) {
          results.push(await ctx.run(`step ${step}`, () => test.note(`${topic}/${step}`)));
          if (test.note(`${topic}/after ${step}`) === 1) throw new Error(`fails once after step ${step}`);
        }
        return results;
      },
      parallel: async (ctx, count) =>
        await RestatePromise.all(Array.from({ length: count }, (_, i) => ctx.run(`run ${i}`, async () => i))),
      retried: async (ctx, { topic, failures }) =>
        await ctx.run(
          "fails first",
          () => {
            const count = test.note(topic);
            if (count <= failures) throw new Error(`failure ${count}`);
            return count;
          },
          { initialRetryInterval: 10, retryIntervalFactor: 1 },
        ),
      retriedByPolicy: async (ctx, { topic, failures }) =>
        await ctx.run("fails first", () => {
          const count = test.note(topic);
          if (count <= failures) throw new Error(`failure ${count}`);
          return count;
        }),
      givesUp: async (ctx, { topic, attempts }) => {
        try {
          await ctx.run(
            "never succeeds",
            () => {
              throw new Error(`attempt ${test.note(topic)}`);
            },
            { maxRetryAttempts: attempts, initialRetryInterval: 1 },
          );
          return "done";
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          return { message: error.message, code: error.code };
        }
      },
      retryAfter: async (ctx, { topic, retryAfterMs }) =>
        await ctx.run(
          "later",
          () => {
            const count = test.note(topic, Date.now());
            if (count === 1) throw new RetryableError("later", { retryAfter: retryAfterMs });
            return count;
          },
          { maxRetryAttempts: 5 },
        ),
      givesUpWithCode: async (ctx) => {
        const codes = [];
        const errors = [
          () => new RetryableError("a", { errorCode: 464 }),
          () => RetryableError.from(new TerminalError("b", { errorCode: 465 })),
          () => new sdk.RestateError("c", { errorCode: 466 }),
          () => new RangeError("d"),
        ];
        for (const make of errors)
          try {
            await ctx.run(
              "never succeeds",
              () => {
                throw make();
              },
              { maxRetryAttempts: 1 },
            );
          } catch (error) {
            if (!(error instanceof TerminalError)) throw error;
            codes.push([error.code, error.message, error.metadata]);
          }
        return codes;
      },
      /** A run's own policy: when it is over the run fails, and the handler goes on. */
      byDuration: async (ctx, topic) => {
        try {
          await ctx.run(
            "never succeeds",
            () => {
              test.note(topic);
              throw new Error("always");
            },
            {
              maxRetryDuration: { milliseconds: 100 },
              initialRetryInterval: { milliseconds: 5 },
              retryIntervalFactor: 2,
              maxRetryInterval: 20,
            },
          );
        } catch (error) {
          return [error instanceof TerminalError, error.message];
        }
      },
      wrapped: async (ctx, topic) =>
        await ctx.run(
          "wrapped",
          () => {
            if (test.note(topic, Date.now()) > 1) return "done";
            throw RetryableError.from(new Error("the reason"), { retryAfter: { milliseconds: 300 } });
          },
          { maxRetryAttempts: 3 },
        ),
      serdes: async (ctx) => {
        const upper = {
          contentType: "text/plain",
          serialize: (value) => new TextEncoder().encode(value.toUpperCase()),
          deserialize: (bytes) => new TextDecoder().decode(bytes),
        };
        const step = await ctx.run("text", () => "text", { serde: upper });
        await ctx.sleep(60);
        return step;
      },
      errors: async (ctx) => {
        const { CancelledError, PauseError, RestateError, TimeoutError } = sdk;
        const cause = new TerminalError("cause", { errorCode: 468 });
        const all = [
          new RestateError("a", { errorCode: 460 }),
          new TerminalError("b"),
          new TerminalError("c", { errorCode: 461, metadata: { d: "e" } }),
          new TimeoutError(),
          new CancelledError(),
          new RetryableError("f", { retryAfter: 5, errorCode: 462 }),
          RetryableError.from(cause, { retryAfter: { seconds: 1 } }),
          new PauseError("g", { errorCode: 463 }),
        ];
        await ctx.run("nothing", () => {});
        return all.map((error) => ({
          name: error.name,
          message: error.message,
          code: error.code,
          metadata: error.metadata ?? null,
          retryAfter: error.retryAfter ?? null,
          kinds: [Error, RestateError, TerminalError].map((kind) => error instanceof kind),
        }));
      },
      terminal: async (ctx, topic) => {
        try {
          await ctx.run("terminal", () => {
            test.note(topic);
            throw new TerminalError("in a run", { errorCode: 433 });
          });
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          await ctx.sleep(100);
          throw new TerminalError(`caught: ${error.message} (${error.code})`, { errorCode: error.code });
        }
      },
      large: async (ctx, size) => (await ctx.run("large", () => "x".repeat(size))).length,
    },
  });

  const deterministic = sdk.service({
    name: `Deterministic${test.suffix}`,
    handlers: {
      /** The same values in all attempts. */
      values: async (ctx, topic) => {
        const values = [
          ctx.rand.random(),
          ctx.rand.uuidv4(),
          await ctx.date.now(),
          await ctx.date.toJSON(),
          ctx.rand.random(),
        ];
        if (test.note(topic, values) < 3) throw new Error("again");
        return values;
      },
      /** The second attempt is other code than the first; the third is right again. */
      changes: async (ctx, topic) => {
        const attempt = test.note(topic);
        if (attempt === 2) await ctx.sleep(1, "another command");
        else await ctx.run("a step", () => attempt);
        if (attempt === 1) throw new Error("fails once the step is stored");
        return attempt;
      },
      staysWrong: handlers.handler(
        { retryPolicy: { initialInterval: 10, maxAttempts: 3, onMaxAttempts: "kill" } },
        async (ctx, topic) => {
          const attempt = test.note(topic);
          if (attempt > 1) await ctx.sleep(1, "another command");
          await ctx.run("a step", () => attempt);
          throw new Error("fails once the step is stored");
        },
      ),
      pausesOnMismatch: handlers.handler(
        { onJournalMismatchErrors: "pause" },
        async (ctx, { topic, gate }) => {
          const attempt = test.note(topic, ctx.request().id);
          if (attempt > 1 && !test.isOpen(gate)) await ctx.sleep(1, "another command");
          await ctx.run("a step", () => attempt);
          if (attempt === 1) throw new Error("fails once the step is stored");
          return "fits again";
        },
      ),
      failsOnMismatch: handlers.handler({ onJournalMismatchErrors: "fail" }, async (ctx, topic) => {
        const attempt = test.note(topic);
        if (attempt > 1) await ctx.sleep(1, "another command");
        await ctx.run("a step", () => attempt);
        throw new Error("fails once the step is stored");
      }),
    },
  });
  return [runs, deterministic];
}
