/** Runs programs: lists of operations that a test made up. See cases/programs.mjs for what they mean. */
export function makeInterpreter(sdk, test) {
  const { RestatePromise, TerminalError, InvocationIdParser, handlers, rpc } = sdk;
  const to = (service) => ({ name: service + test.suffix });

  /** Runs operations one after the other. @param place names each operation, whichever attempt it is in */
  async function execute(ctx, topic, program, place = "") {
    const results = [];
    for (const [index, operation] of program.entries())
      results.push(await perform(ctx, topic, operation, `${place}.${index}`));
    return results;
  }

  async function perform(ctx, topic, operation, place) {
    switch (operation.op) {
      case "set":
        ctx.set(operation.name, operation.value);
        return "set";
      case "get":
        return await ctx.get(operation.name);
      case "clear":
        ctx.clear(operation.name);
        return "cleared";
      case "keys":
        return (await ctx.stateKeys()).toSorted();
      case "random":
        return test.note(`${topic}/same${place}`, [ctx.rand.random(), ctx.rand.uuidv4()]) > 0;
      case "clock":
        return test.note(`${topic}/same${place}`, await ctx.date.now()) > 0;
      case "send": {
        const options = operation.delay === undefined ? [] : [rpc.sendOpts({ delay: operation.delay })];
        const handle = ctx.serviceSendClient(to("Interpreter")).arrive(`${topic}/sent${place}`, ...options);
        if (operation.isAwaited) await handle.invocationId;
        return "sent";
      }
      case "crash":
        if (test.note(`${topic}/crash${place}`) <= operation.times) throw new Error(`crash at ${place}`);
        return "survived";
      case "gate":
        test.note(`${topic}/waits`, place);
        await test.gate(`${topic}/gate`);
        return "passed";
      case "catch":
        try {
          return await promiseOf(ctx, topic, operation.of, place);
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          return [error.code, error.message];
        }
      default:
        return await promiseOf(ctx, topic, operation, place);
    }
  }

  /** For operations that can be combined. */
  function promiseOf(ctx, topic, operation, place) {
    const children = () =>
      operation.of.map((child, index) => promiseOf(ctx, topic, child, `${place}.${index}`));
    switch (operation.op) {
      case "run":
        return ctx.run(`run${place}`, async () => {
          const count = test.note(`${topic}/run${place}`);
          if (count <= (operation.failures ?? 0)) throw new Error(`failure ${count} of run${place}`);
          if (operation.failure !== undefined)
            throw new TerminalError(operation.failure.message, { errorCode: operation.failure.code });
          return operation.value;
        });
      case "sleep":
        return ctx.sleep(operation.ms).map(() => "slept");
      case "call":
        return ctx
          .serviceClient(to("Interpreter"))
          .go({ topic: `${topic}${place}`, program: operation.program });
      case "callObject":
        return ctx
          .objectClient(to("ObjectInterpreter"), `${topic}/${operation.key}`)
          .go({ topic: `${topic}${place}`, program: operation.program });
      case "awakeable": {
        const { id, promise } = ctx.awakeable();
        ctx.serviceSendClient(to("Interpreter")).resolve({ id, ...operation });
        return promise;
      }
      case "signal": {
        const signal = ctx.signal(`signal${place}`);
        const { id } = ctx.request();
        ctx
          .serviceSendClient(to("Interpreter"))
          .signal({ id, name: `signal${place}`, value: operation.value });
        return signal;
      }
      case "outside": {
        const { id, promise } = ctx.awakeable();
        test.note(`${topic}/outside`, id);
        return promise;
      }
      case "never":
        return ctx.awakeable().promise;
      case "timeout":
        return ctx
          .awakeable()
          .promise.orTimeout(operation.ms)
          .map((_value, failure) => failure.code);
      case "all":
        return RestatePromise.all(children());
      case "race":
        return RestatePromise.race(children());
      case "any":
        return RestatePromise.any(children());
      case "allSettled":
        return RestatePromise.allSettled(children()).map((settled) =>
          settled.map(({ status, value, reason }) =>
            status === "fulfilled" ? [status, value] : [status, reason.code, reason.message],
          ),
        );
      default:
        throw new TerminalError(`no such operation: ${operation.op}`);
    }
  }

  const go = async (ctx, { topic, program }) => await execute(ctx, topic, program);
  return [
    sdk.service({
      name: `Interpreter${test.suffix}`,
      handlers: {
        go,
        arrive: async (_ctx, topic) => {
          test.note(topic);
        },
        resolve: async (ctx, { id, value, failure }) => {
          if (failure === undefined) ctx.resolveAwakeable(id, value);
          else ctx.rejectAwakeable(id, new TerminalError(failure.message, { errorCode: failure.code }));
        },
        signal: async (ctx, { id, name, value }) =>
          ctx.invocation(InvocationIdParser.fromString(id)).signal(name).resolve(value),
      },
    }),
    sdk.object({
      name: `ObjectInterpreter${test.suffix}`,
      handlers: { go, state: handlers.object.shared(async (ctx) => (await ctx.stateKeys()).toSorted()) },
    }),
  ];
}
