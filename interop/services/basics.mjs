/** Calls, their inputs and outputs, and their failures. */
export function makeBasics(sdk, test) {
  const { RetryableError, TerminalError, handlers, serde } = sdk;

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
