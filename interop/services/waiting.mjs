/** Everything that waits: timers, awakeables, signals, combinators. */
export function makeWaitingServices(sdk, test) {
  const { RestatePromise, TerminalError, TimeoutError, InvocationIdParser, handlers, serde } = sdk;

  const describe = (error) => ({ name: error.constructor.name, message: error.message, code: error.code });
  const outcome = async (promise) => {
    try {
      return await promise;
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      return describe(error);
    }
  };

  const awake = sdk.service({
    name: `Awake${test.suffix}`,
    handlers: {
      wait: async (ctx, topic) => {
        const { id, promise } = ctx.awakeable();
        test.note(topic, id);
        return await outcome(promise);
      },
      waitForNothing: async (ctx, topic) => {
        const { id, promise } = ctx.awakeable();
        test.note(topic, id);
        return (await promise) === undefined;
      },
      waitForBytes: async (ctx, topic) => {
        const { id, promise } = ctx.awakeable(serde.binary);
        test.note(topic, id);
        return Array.from(await promise);
      },
      two: async (ctx, topic) => {
        const first = ctx.awakeable();
        const second = ctx.awakeable();
        test.note(topic, [first.id, second.id]);
        const winner = await RestatePromise.race([first.promise, second.promise]);
        return [winner, await first.promise, await second.promise];
      },
      resolve: async (ctx, { id, value }) => ctx.resolveAwakeable(id, value),
      resolveWithBytes: async (ctx, { id, values }) =>
        ctx.resolveAwakeable(id, Uint8Array.from(values), serde.binary),
      resolveWithNothing: async (ctx, id) => ctx.resolveAwakeable(id),
      reject: async (ctx, { id, reason }) => ctx.rejectAwakeable(id, reason),
      rejectWithCode: async (ctx, { id, reason, errorCode }) =>
        ctx.rejectAwakeable(id, new TerminalError(reason, { errorCode })),
    },
  });

  const timers = sdk.service({
    name: `Timers${test.suffix}`,
    handlers: {
      sleep: async (ctx, ms) => {
        const before = await ctx.date.now();
        await ctx.sleep(ms);
        return (await ctx.date.now()) - before;
      },
      /** Asks to be suspended after a short while, whatever the server's settings are. */
      suspending: handlers.handler({ inactivityTimeout: 50 }, async (ctx, { topic, ms, naps }) => {
        test.note(topic, "attempt");
        const done = [];
        for (let nap = 1; nap <= naps; nap++) {
          done.push(await ctx.run(`nap ${nap}`, () => test.note(`${topic}/run`) && nap));
          await ctx.sleep({ milliseconds: ms }, `nap ${nap}`);
        }
        return done;
      }),
    },
  });

  const signals = sdk.service({
    name: `Signals${test.suffix}`,
    handlers: {
      wait: async (ctx, { topic, names }) => {
        test.note(topic, ctx.request().id);
        const seen = [];
        for (const name of names) seen.push(await outcome(ctx.signal(name)));
        return seen;
      },
      /** The signals are there before it asks for them. */
      late: async (ctx, { topic, names, gate }) => {
        test.note(topic, ctx.request().id);
        await test.gate(gate);
        const seen = [];
        for (const name of names) seen.push(await ctx.signal(name));
        return seen;
      },
      race: async (ctx, { topic, names }) => {
        test.note(topic, ctx.request().id);
        return await RestatePromise.race(names.map((name) => ctx.signal(name).map((value) => [name, value])));
      },
      resolve: async (ctx, { id, name, value }) =>
        ctx.invocation(InvocationIdParser.fromString(id)).signal(name).resolve(value),
      reject: async (ctx, { id, name, reason }) =>
        ctx.invocation(InvocationIdParser.fromString(id)).signal(name).reject(reason),
      rejectWithCode: async (ctx, { id, name, reason, errorCode }) =>
        ctx
          .invocation(InvocationIdParser.fromString(id))
          .signal(name)
          .reject(new TerminalError(reason, { errorCode })),
      waitForBytes: async (ctx, topic) => {
        test.note(topic, ctx.request().id);
        const bytes = await ctx.signal("bytes", serde.binary);
        const nothing = await ctx.signal("nothing", serde.empty);
        return [Array.from(bytes), nothing ?? "nothing"];
      },
      resolveWithBytes: async (ctx, { id, values }) => {
        const other = ctx.invocation(InvocationIdParser.fromString(id));
        other.signal("bytes", serde.binary).resolve(Uint8Array.from(values));
        other.signal("nothing", serde.empty).resolve();
      },
    },
  });

  const combinators = sdk.service({
    name: `Combinators${test.suffix}`,
    handlers: {
      all: async (ctx) => {
        const [slept, ran, text] = await RestatePromise.all([
          ctx.sleep(20),
          ctx.run("number", () => 42),
          RestatePromise.resolve("text"),
        ]);
        return [slept ?? null, ran, text];
      },
      allFails: async (ctx) =>
        await outcome(
          RestatePromise.all([
            ctx.sleep(60_000),
            ctx.run("fails", () => {
              throw new TerminalError("one of them", { errorCode: 444 });
            }),
          ]),
        ),
      race: async (ctx) =>
        await RestatePromise.race([
          ctx.sleep(60_000).map(() => "slow"),
          ctx.sleep(30).map(() => "quick"),
          ctx.awakeable().promise,
        ]),
      any: async (ctx) => {
        const fails = ctx.run("fails", () => {
          throw new TerminalError("not this one");
        });
        return await RestatePromise.any([fails, ctx.sleep(20).map(() => "this one")]);
      },
      anyFails: async (ctx) => {
        const failing = (message) =>
          ctx.run(message, () => {
            throw new TerminalError(message);
          });
        try {
          return await RestatePromise.any([failing("first"), failing("second")]);
        } catch (error) {
          return [error.constructor.name, error.errors.map((each) => each.message)];
        }
      },
      allSettled: async (ctx) => {
        const settled = await RestatePromise.allSettled([
          ctx.sleep(10).map(() => 1),
          ctx.run("fails", () => {
            throw new TerminalError("second", { errorCode: 455 });
          }),
        ]);
        return settled.map(({ status, value, reason }) => [status, value ?? describe(reason)]);
      },
      timesOut: async (ctx) => {
        try {
          return await ctx.awakeable().promise.orTimeout(30);
        } catch (error) {
          return [error instanceof TimeoutError, error.code];
        }
      },
      inTime: async (ctx) => await ctx.run("quick", () => "in time").orTimeout({ seconds: 60 }),
      nested: async (ctx, topic) => {
        const { id, promise } = ctx.awakeable();
        test.note(topic, id);
        return await RestatePromise.any([
          RestatePromise.all([ctx.sleep(60_000), promise]).map(() => "never"),
          RestatePromise.race([
            promise.map((value) => `got ${value}`),
            ctx.sleep(60_000).map(() => "timeout"),
          ]),
        ]);
      },
      constants: async () => [
        await RestatePromise.resolve(Promise.resolve("later")),
        await outcome(RestatePromise.reject(new TerminalError("from the start", { errorCode: 457 }))),
        await RestatePromise.any([
          RestatePromise.reject(new TerminalError("not this")),
          RestatePromise.resolve("this"),
        ]),
        await RestatePromise.resolve(2).map((value) => value * 2),
        await RestatePromise.resolve("there").orTimeout(1),
      ],
      mapThrows: async (ctx) => [
        await outcome(
          ctx.sleep(1).map(() => {
            throw new TerminalError("from the mapper", { errorCode: 458 });
          }),
        ),
        await ctx
          .sleep(1)
          .map(() => {
            throw new TerminalError("caught");
          })
          .map((_value, failure) => failure.message),
      ],
      mapsTwice: async (ctx) => {
        let calls = 0;
        const mapped = ctx.sleep(1).map(() => ++calls);
        return [await mapped, await mapped, await RestatePromise.all([mapped, mapped])];
      },
      deep: async (ctx) => {
        const failing = ctx.run("fails", () => {
          throw new TerminalError("deep", { errorCode: 459 });
        });
        const settled = await RestatePromise.allSettled([
          RestatePromise.all([ctx.sleep(5), RestatePromise.race([ctx.sleep(60_000), failing])]),
          RestatePromise.any([failing, ctx.sleep(10).map(() => "second")]).orTimeout(60_000),
          RestatePromise.all([ctx.sleep(60_000), ctx.awakeable().promise]).orTimeout(20),
          RestatePromise.all([failing.map((_value, failure) => failure.code), ctx.sleep(1).map(() => 1)]),
        ]);
        return settled.map(({ status, value, reason }) => [status, value ?? describe(reason)]);
      },
      timeoutOfCall: async (ctx, { topic, gate }) => {
        const call = ctx.serviceClient({ name: `Echo${test.suffix}` }).noted({ topic, gate });
        try {
          await call.orTimeout({ milliseconds: 50 });
          return "in time";
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
          ctx.cancel(await call.invocationId);
          return describe(error);
        }
      },
      known: async (ctx) =>
        [ctx.sleep(1), ctx.run("a", () => 1), RestatePromise.resolve(1), Promise.resolve(1)].map((promise) =>
          sdk.isRestatePromise(promise),
        ),
      olderName: async (ctx) => await sdk.CombineablePromise.all([ctx.sleep(1).map(() => "a")]),
      empty: async () => [await RestatePromise.all([]), await RestatePromise.allSettled([])],
      mapFailure: async (ctx) =>
        await ctx
          .run("fails", () => {
            throw new TerminalError("to be mapped");
          })
          .map((_value, failure) => `mapped: ${failure.message}`),
      /** What completes first is decided by the journal, and stays so. */
      order: async (ctx, { topic, ids }) => {
        const mine = ids.map(() => ctx.awakeable());
        if (
          test.note(
            topic,
            mine.map(({ id }) => id),
          ) < 0
        )
          return;
        const order = [];
        let left = mine.map(({ promise }, index) => promise.map(() => index));
        while (left.length > 0) {
          const index = await RestatePromise.race(left);
          order.push(ids[index]);
          const remaining = mine.map((_, i) => i).filter((i) => !order.includes(ids[i]));
          left = remaining.map((i) => mine[i].promise.map(() => i));
        }
        return order;
      },
    },
  });
  return [awake, timers, signals, combinators];
}
