/** What services and handlers are told beside their code: texts, times, serdes, errors, hooks. */

/** Values with a mark in front, so that it shows who wrote them. */
export const marked = {
  contentType: "application/x-marked",
  serialize: (value) => new TextEncoder().encode(`marked:${JSON.stringify(value ?? null)}`),
  deserialize: (bytes) => {
    const text = new TextDecoder().decode(bytes);
    if (!text.startsWith("marked:")) throw new Error(`not marked: ${text}`);
    return JSON.parse(text.slice("marked:".length));
  },
};

/** A serde that people can look into: numbers as one byte. */
const byteWithPreview = {
  contentType: "application/x-byte",
  serialize: (value) => Uint8Array.of(value),
  deserialize: (bytes) => bytes[0],
  preview: {
    toJsonString: (value) => JSON.stringify({ byte: value }),
    fromJsonString: (json) => JSON.parse(json).byte,
  },
};

export function makeOptionServices(sdk, test) {
  const { TerminalError, handlers, internal, rpc, serde } = sdk;
  const to = (service) => ({ name: service + test.suffix });

  const configured = sdk.service({
    name: `Configured${test.suffix}`,
    description: "Has all options",
    metadata: { team: "options" },
    options: {
      idempotencyRetention: { hours: 2 },
      journalRetention: 90_000,
      inactivityTimeout: { minutes: 3 },
      abortTimeout: { minutes: 4 },
      hooks: [() => ({})],
      retryPolicy: {
        initialInterval: 15,
        maxInterval: { seconds: 2 },
        exponentiationFactor: 3,
        maxAttempts: 4,
        onMaxAttempts: "kill",
      },
    },
    handlers: {
      plain: async (ctx) => ctx.request().id,
      own: handlers.handler(
        {
          description: "Has options of its own",
          metadata: { color: "blue" },
          accept: "application/*",
          input: serde.binary,
          output: serde.json,
          idempotencyRetention: 60_000,
          journalRetention: { days: 1 },
          inactivityTimeout: { seconds: 70 },
          abortTimeout: { seconds: 80 },
          retryPolicy: { maxAttempts: 2 },
        },
        async (_ctx, bytes) => bytes.length,
      ),
      inside: handlers.handler({ ingressPrivate: true }, async () => "inside"),
      doubled: handlers.handler(
        { input: byteWithPreview, output: byteWithPreview },
        async (_ctx, n) => n * 2,
      ),
      withJsonSchema: handlers.handler(
        { input: serde.json.schema({ type: "string" }), output: serde.json.schema({ type: "number" }) },
        async (_ctx, text) => text.length,
      ),
    },
  });

  const hidden = sdk.service({
    name: `Hidden${test.suffix}`,
    options: { ingressPrivate: true },
    handlers: { call: async () => "only from inside" },
  });

  const markedObject = sdk.object({
    name: `Marked${test.suffix}`,
    options: { serde: marked },
    handlers: {
      /** What is written where nobody says how. */
      written: async (ctx, input) => {
        ctx.set("value", input);
        const state = Buffer.from(await ctx.get("value", serde.binary)).toString();
        const ran = await ctx.run("step", () => ({ n: 1 }));
        return { input, state, ran, read: await ctx.get("value") };
      },
      json: handlers.object.exclusive({ serde: serde.json }, async (_ctx, input) => ({ input })),
      jsonOutput: handlers.object.exclusive({ output: serde.json }, async (_ctx, input) => input),
      awakeable: async (ctx, topic) => {
        const { id, promise } = ctx.awakeable();
        test.note(topic, id);
        return await promise;
      },
    },
  });
  const markedCaller = sdk.service({
    name: `MarkedCaller${test.suffix}`,
    handlers: {
      /** Its descriptor tells the serde. */
      call: async (ctx, { key, value }) => await ctx.objectClient(markedObject, key).written(value),
      byOptions: async (ctx, { key, value }) =>
        await ctx.objectClient(to("Marked"), key).written(value, rpc.opts({ input: marked, output: marked })),
      inside: async (ctx) => [
        await ctx.serviceClient(to("Hidden")).call(),
        await ctx.serviceClient(to("Configured")).inside(),
      ],
    },
  });

  class FromService extends Error {}
  class FromHandler extends Error {}
  const terminalIf = (kind, errorCode) => (error) =>
    error instanceof kind ? new TerminalError(error.message, { errorCode }) : undefined;

  const mapped = sdk.service({
    name: `Mapped${test.suffix}`,
    options: { asTerminalError: terminalIf(FromService, 451) },
    handlers: {
      byService: async () => {
        throw new FromService("as the service says");
      },
      inRun: async (ctx) => {
        try {
          await ctx.run("fails", () => {
            throw new FromService("in a run");
          });
          return "no failure";
        } catch (error) {
          return [error instanceof TerminalError, error.code, error.message];
        }
      },
      byHandler: handlers.handler({ asTerminalError: terminalIf(FromHandler, 452) }, async () => {
        throw new FromHandler("as the handler says");
      }),
    },
  });

  /** Says nothing of its own about errors. */
  const mistaken = sdk.service({
    name: `Mistaken${test.suffix}`,
    handlers: {
      always: handlers.handler({ retryPolicy: { maxAttempts: 1, onMaxAttempts: "kill" } }, async () => {
        throw new Error("not terminal for all");
      }),
    },
  });

  const topicOf = (request) => JSON.parse(Buffer.from(request.body).toString()).topic;
  /** Notes what it sees, and of errors whether the attempt is over without a failure. */
  const hook =
    (name) =>
    ({ request }) => {
      const note = (what) => test.note(topicOf(request), what);
      const wrap = async (what, next) => {
        note(`${name} before ${what}`);
        try {
          await next();
          note(`${name} after ${what}`);
        } catch (error) {
          note(
            `${name} ${internal.isSuspendedError(error) ? "leaves" : `fails ${error.message} in`} ${what}`,
          );
          throw error;
        }
      };
      return {
        interceptor: {
          handler: async (next) => await wrap(`handler ${request.target.handler}`, next),
          run: async (step, next) => await wrap(`run ${step}`, next),
        },
      };
    };
  const replacing = () => ({
    interceptor: {
      handler: async (next) => {
        try {
          await next();
        } catch (error) {
          if (internal.isSuspendedError(error)) throw error;
          throw new TerminalError(`replaced: ${error.message}`, { errorCode: 453 });
        }
      },
    },
  });
  const refusing = () => ({
    interceptor: {
      handler: async () => {
        throw new TerminalError("refused before the handler", { errorCode: 454 });
      },
    },
  });

  const hooked = sdk.service({
    name: `Hooked${test.suffix}`,
    options: { hooks: [hook("service 1"), hook("service 2")] },
    handlers: {
      plain: async (ctx) => await ctx.run("step", () => "ran"),
      own: handlers.handler({ hooks: [hook("handler")] }, async (ctx, { topic }) => {
        test.note(topic, "the handler");
        return await ctx.run("step", () => {
          test.note(topic, "the step");
          return 1;
        });
      }),
      /** Its second attempt has the first step in the journal. */
      replays: async (ctx, { topic }) => {
        const attempt = await ctx.run("first", () => 1);
        if (test.note(`${topic}/attempts`) === 1) throw new Error("once");
        await ctx.run("second", () => 2);
        return attempt;
      },
      fails: async (ctx) =>
        await ctx.run("terminal", () => {
          throw new TerminalError("for good", { errorCode: 455 });
        }),
      suspends: handlers.handler({ inactivityTimeout: 20 }, async (ctx) => {
        await ctx.sleep(500);
        return "woke";
      }),
      replaced: handlers.handler({ hooks: [replacing] }, async () => {
        throw new Error("not what callers see");
      }),
      refused: handlers.handler({ hooks: [refusing] }, async (_ctx, { topic }) => {
        test.note(topic, "the handler");
      }),
    },
  });

  const logging = sdk.service({
    name: `Logging${test.suffix}`,
    handlers: {
      /** Its second attempt replays the first line. */
      twice: async (ctx, topic) => {
        ctx.console.info(topic, "first", { a: 1 });
        await ctx.run("step", () => {});
        if (test.note(`${topic}/attempts`) === 1) throw new Error("once");
        ctx.console.warn(topic, "second");
      },
      isProcessing: async (ctx) => {
        const before = ctx.isProcessing();
        await ctx.run("step", () => {});
        return [typeof before, ctx.isProcessing()];
      },
      extraArgs: async (ctx) => ctx.request().extraArgs,
      ended: async (ctx, topic) => {
        const { attemptCompletedSignal, extraArgs } = ctx.request();
        attemptCompletedSignal.addEventListener("abort", () => test.note(`${topic}/ended`));
        return [attemptCompletedSignal.aborted, Array.isArray(extraArgs)];
      },
    },
  });
  const { createObjectHandler, createObjectSharedHandler, createServiceHandler } = sdk;
  const { createWorkflowHandler, createWorkflowSharedHandler } = sdk;
  /** With the older names of `handlers`. */
  const older = [
    sdk.service({
      name: `OlderService${test.suffix}`,
      handlers: { it: createServiceHandler({ input: marked }, async (_ctx, input) => input) },
    }),
    sdk.object({
      name: `OlderObject${test.suffix}`,
      handlers: {
        set: createObjectHandler(async (ctx, value) => ctx.set("value", value)),
        get: createObjectSharedHandler({ output: marked }, async (ctx) => await ctx.get("value")),
      },
    }),
    sdk.workflow({
      name: `OlderWorkflow${test.suffix}`,
      handlers: {
        run: createWorkflowHandler(async (ctx) => await ctx.promise("done")),
        finish: createWorkflowSharedHandler(async (ctx, value) => ctx.promise("done").resolve(value)),
      },
    }),
  ];
  return [...older, configured, hidden, markedObject, markedCaller, mapped, mistaken, hooked, logging];
}
