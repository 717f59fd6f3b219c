/** Calls, their inputs and outputs, and their failures. */
export function makeBasics(sdk, test) {
  const { TerminalError, handlers, serde } = sdk;
  const echo = sdk.service({
    name: `Echo${test.suffix}`,
    handlers: {
      echo: async (_ctx, value) => value,
      bytes: handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, bytes) =>
        bytes.toReversed(),
      ),
      nothing: async () => {},
      request: async (ctx) => {
        const { id, target, headers, body } = ctx.request();
        return {
          id,
          target: { service: target.service, handler: target.handler, text: target.toString() },
          headers: Object.fromEntries(headers),
          body: Buffer.from(body).toString(),
        };
      },
    },
  });
  const failing = sdk.service({
    name: `Failing${test.suffix}`,
    handlers: {
      terminal: async (_ctx, { message, errorCode, metadata }) => {
        throw new TerminalError(message, { errorCode, metadata });
      },
    },
  });
  return [echo, failing];
}
