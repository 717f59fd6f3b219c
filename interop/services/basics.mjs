const NO_RETRIES = { retryPolicy: { maxAttempts: 1, onMaxAttempts: "kill" } };

/** Calls, their inputs and outputs, and their failures. */
export function makeBasics(sdk, test) {
  const { PauseError, RetryableError, TerminalError, handlers, serde } = sdk;

  const echo = sdk.service({
    name: `Echo${test.suffix}`,
    handlers: {
      echo: async (_ctx, value) => value,
      bytes: handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, bytes) =>
        Uint8Array.from(bytes).reverse(),
      ),
      nothing: async () => {},
      emptyJson: handlers.handler({ setOutputContentTypeIfEmpty: true }, async () => {}),
      anyType: handlers.handler({ accept: "text/*", input: serde.binary }, async (_ctx, bytes) =>
        Buffer.from(bytes).toString(),
      ),
      private: handlers.handler({ ingressPrivate: true }, async () => "not for everyone"),
      request: async (ctx) => {
        const { id, target, headers, body } = ctx.request();
        return {
          id,
          target: [target.service, target.handler, target.key ?? null, target.toString()],
          headers: Object.fromEntries(headers),
          body: Buffer.from(body).toString(),
        };
      },
      attempt: async (ctx) => Object.fromEntries(ctx.request().attemptHeaders),
      noted: async (_ctx, { topic, gate }) => {
        const count = test.note(topic);
        if (gate !== undefined) await test.gate(gate);
        return count;
      },
      idempotencyKey: async (ctx) => ctx.request().idempotencyKey ?? null,
    },
  });

  class OwnError extends Error {}

  const failing = sdk.service({
    name: `Failing${test.suffix}`,
    options: {
      asTerminalError: (error) =>
        error instanceof OwnError
          ? new TerminalError(`own: ${error.message}`, { errorCode: 432 })
          : undefined,
    },
    handlers: {
      terminal: async (_ctx, { message, errorCode, metadata }) => {
        throw new TerminalError(message, { errorCode, ...(metadata && { metadata }) });
      },
      plainTerminal: async () => {
        throw new TerminalError("no code of its own");
      },
      own: async () => {
        throw new OwnError("mapped");
      },
      /** Fails some times, then succeeds. */
      flaky: async (_ctx, { topic, failures }) => {
        const count = test.note(topic);
        if (count <= failures) throw new Error(`failure ${count}`);
        return count;
      },
      retryAfter: async (_ctx, { topic, retryAfterMs }) => {
        const count = test.note(topic, Date.now());
        if (count === 1) throw new RetryableError("later", { retryAfter: retryAfterMs });
        return count;
      },
      notAnError: async (_ctx, topic) => {
        if (test.note(topic) === 1) throw "a text";
        return "done";
      },
      /** Fails until the gate is open. */
      gated: async (ctx, { topic, gate }) => {
        test.note(topic, ctx.request().id);
        if (!test.isOpen(gate)) throw new Error("the gate is not open");
        return "passed";
      },
      pausing: handlers.handler(
        { retryPolicy: { initialInterval: 10, maxAttempts: 2, onMaxAttempts: "pause" } },
        async (ctx, { topic, gate }) => {
          test.note(topic, ctx.request().id);
          if (!test.isOpen(gate)) throw new Error("the gate is not open");
          return "passed";
        },
      ),
      pausesItself: async (ctx, { topic, gate }) =>
        await ctx.run("pauses", () => {
          test.note(topic, ctx.request().id);
          if (!test.isOpen(gate)) throw new PauseError("somebody has to look at this");
          return "passed";
        }),
      /** Is not tried again: what fails is the server's way to the endpoint. */
      once: handlers.handler(NO_RETRIES, async (_ctx, topic) => test.note(topic)),
      /** Errors that are not terminal have codes, too. */
      onceWithCode: handlers.handler(NO_RETRIES, async (ctx, { isInRun, isRetryable, errorCode }) => {
        const fail = () => {
          const kind = isRetryable ? RetryableError : sdk.RestateError;
          throw new kind("with a code", { errorCode });
        };
        if (isInRun) await ctx.run("fails", fail);
        else fail();
      }),
      largeOutput: handlers.handler(NO_RETRIES, async (_ctx, size) => "x".repeat(size)),
      largeRun: handlers.handler(
        NO_RETRIES,
        async (ctx, size) => await ctx.run("large", () => "x".repeat(size)),
      ),
      /** Does not react when it is asked to suspend. */
      stuck: handlers.handler({ inactivityTimeout: 50, abortTimeout: 100 }, async (_ctx, { topic, gate }) => {
        test.note(topic);
        await test.gate(gate);
        return "passed";
      }),
      givenUp: handlers.handler(
        { retryPolicy: { initialInterval: 10, maxAttempts: 3, onMaxAttempts: "kill" } },
        async (_ctx, topic) => {
          throw new Error(`attempt ${test.note(topic)}`);
        },
      ),
    },
  });
  return [echo, failing];
}
