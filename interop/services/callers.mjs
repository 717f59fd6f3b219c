const NO_RETRIES = { retryPolicy: { maxAttempts: 1, onMaxAttempts: "kill" } };

/** Invocations that call others, and what cancelling and killing does to them. */
export function makeCallers(sdk, test) {
  const { CancelledError, InvocationIdParser, TerminalError, handlers, rpc, serde } = sdk;
  const to = (service) => ({ name: service + test.suffix });

  const caller = sdk.service({
    name: `Caller${test.suffix}`,
    handlers: {
      service: async (ctx, value) => await ctx.serviceClient(to("Echo")).echo(value),
      object: async (ctx, { key, amounts }) => {
        const counter = ctx.objectClient(to("Counter"), key);
        const results = [];
        for (const amount of amounts) results.push(await counter.add(amount));
        return results;
      },
      parallel: async (ctx, values) => {
        const echo = ctx.serviceClient(to("Echo"));
        return await sdk.RestatePromise.all(values.map((value) => echo.echo(value)));
      },
      workflow: async (ctx, { key, topic }) => {
        const flow = ctx.workflowClient(to("Flow"), key);
        const result = flow.run({ topic, result: "called" });
        await flow.click("from the caller");
        return await result;
      },
      private: async (ctx) => await ctx.serviceClient(to("Echo")).private(),
      failure: async (ctx, failure) => {
        try {
          await ctx.serviceClient(to("Failing")).terminal(failure);
          return "no failure";
        } catch (error) {
          if (!(error instanceof TerminalError)) throw error;
          return { message: error.message, code: error.code, metadata: error.metadata ?? null };
        }
      },
      uncaught: async (ctx, failure) => await ctx.serviceClient(to("Failing")).terminal(failure),
      headers: async (ctx, headers) => {
        const request = await ctx.serviceClient(to("Echo")).request(undefined, rpc.opts({ headers }));
        return request.headers;
      },
      bytes: async (ctx, values) => {
        const options = rpc.opts({ input: serde.binary, output: serde.binary });
        return Array.from(await ctx.serviceClient(to("Echo")).bytes(Uint8Array.from(values), options));
      },
      idempotent: async (ctx, { topic, idempotencyKey }) => {
        const echo = ctx.serviceClient(to("Echo"));
        const calls = [1, 2].map(() => echo.noted({ topic }, rpc.opts({ idempotencyKey })));
        return [await calls[0], await calls[1], await calls[0].invocationId, await calls[1].invocationId];
      },
      send: async (ctx, { topic, delay }) => {
        const options = delay === undefined ? [] : [rpc.sendOpts({ delay })];
        const { invocationId } = ctx.serviceSendClient(to("Echo")).noted({ topic }, ...options);
        return await invocationId;
      },
      sendAndAttach: async (ctx, topic) => {
        const handle = ctx.serviceSendClient(to("Echo")).noted({ topic });
        return await ctx.attach(await handle.invocationId);
      },
      workflowWithIdempotencyKey: async (ctx, { key, idempotencyKey }) => {
        const flow = ctx.workflowClient(to("QuickFlow"), key);
        return await flow.run("called", rpc.opts({ idempotencyKey }));
      },
      scoped: handlers.handler(NO_RETRIES, async (ctx, topic) =>
        ctx.scope("a-scope").serviceClient(to("Echo")).noted({ topic }),
      ),
      limitKey: handlers.handler(NO_RETRIES, async (ctx, topic) =>
        ctx.serviceClient(to("Echo")).noted({ topic }, rpc.opts({ limitKey: "a" })),
      ),
      attach: async (ctx, id) => await ctx.invocation(InvocationIdParser.fromString(id)).attach(),
      sendInOrder: async (ctx, { key, items }) => {
        const counter = ctx.objectSendClient(to("Counter"), key);
        for (const item of items) counter.append(item);
      },
      generic: async (ctx, { key, amount }) => {
        const target = { service: `Counter${test.suffix}`, method: "add", key };
        ctx.genericSend({ ...target, parameter: amount, inputSerde: serde.json });
        return await ctx.genericCall({
          ...target,
          parameter: amount,
          inputSerde: serde.json,
          outputSerde: serde.json,
        });
      },
      genericBytes: async (ctx, text) => {
        const answer = await ctx.genericCall({
          service: `Echo${test.suffix}`,
          method: "echo",
          parameter: Buffer.from(JSON.stringify(text)),
        });
        return Buffer.from(answer).toString();
      },
      genericWithOptions: async (ctx, { topic, idempotencyKey }) => {
        const target = { service: `Echo${test.suffix}`, method: "noted", parameter: { topic } };
        const json = { inputSerde: serde.json, outputSerde: serde.json };
        const call = ctx.genericCall({ ...target, ...json, idempotencyKey, name: "a name" });
        const send = ctx.genericSend({
          ...target,
          inputSerde: serde.json,
          idempotencyKey,
          delay: { seconds: 9 },
        });
        return [await call, (await call.invocationId) === (await send.invocationId)];
      },
      genericHeaders: async (ctx, headers) => {
        const request = await ctx.genericCall({
          service: `Echo${test.suffix}`,
          method: "request",
          parameter: undefined,
          headers,
          inputSerde: serde.empty,
          outputSerde: serde.json,
        });
        return [request.headers, request.body];
      },
      genericSendLater: async (ctx, { topic, delay }) => {
        ctx.genericSend({
          service: `Echo${test.suffix}`,
          method: "noted",
          parameter: { topic },
          inputSerde: serde.json,
          delay,
        });
      },
      sendWithHeaders: async (ctx, { key, headers }) => {
        const options = rpc.sendOpts({ headers, idempotencyKey: key });
        const { invocationId } = ctx.serviceSendClient(to("Echo")).request(undefined, options);
        return (await ctx.attach(await invocationId)).headers;
      },
      submitWorkflow: async (ctx, key) => {
        const { invocationId } = ctx.workflowSendClient(to("QuickFlow"), key).run("submitted");
        const id = await invocationId;
        return [await ctx.invocation(id).attach(), await ctx.attach(id, serde.json)];
      },
      attachBytes: async (ctx, id) => {
        const bytes = await ctx.invocation(InvocationIdParser.fromString(id)).attach(serde.binary);
        return Array.from(bytes);
      },
      optionClasses: async (ctx, topic) => {
        const { Opts, SendOpts } = sdk;
        const call = Opts.from({ headers: { "x-own": "call" }, name: "named" });
        const { headers } = await ctx.serviceClient(to("Echo")).request(undefined, call);
        const send = SendOpts.from({ delay: 1, name: "named" });
        ctx.serviceSendClient(to("Echo")).noted({ topic }, send);
        return [headers["x-own"], call.getOpts().name, send.getOpts().delay];
      },
      cancelAnother: async (ctx, id) => ctx.cancel(InvocationIdParser.fromString(id)),
      cancelByReference: async (ctx, id) => ctx.invocation(InvocationIdParser.fromString(id)).cancel(),
    },
  });

  const cancelled = sdk.service({
    name: `Cancelled${test.suffix}`,
    handlers: {
      /** Waits for ever, and undoes what it did when it is cancelled. */
      compensates: async (ctx, topic) => {
        try {
          await ctx.run("do", () => test.note(`${topic}/done`));
          test.note(topic, ctx.request().id);
          await ctx.awakeable().promise;
        } catch (error) {
          if (!(error instanceof CancelledError)) throw error;
          await ctx.run("undo", () => test.note(`${topic}/undone`));
          await ctx.sleep(20);
          throw error;
        }
      },
      survives: async (ctx, topic) => {
        test.note(topic, ctx.request().id);
        let cancellations = 0;
        while (cancellations < 2) {
          try {
            await ctx.sleep(60_000);
          } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
            cancellations++;
            test.note(`${topic}/cancelled`, { code: error.code, message: error.message });
          }
        }
        return { cancellations };
      },
      failsUntilCancelled: async (ctx, topic) => {
        test.note(topic, ctx.request().id);
        await ctx.run("fails", () => {
          throw new Error("once more");
        });
      },
      callsOne: async (ctx, topic) => {
        test.note(topic, ctx.request().id);
        await ctx.serviceClient(to("Cancelled")).compensates(`${topic}/callee`);
      },
      sendsOne: async (ctx, topic) => {
        const { invocationId } = ctx.serviceSendClient(to("Cancelled")).compensates(`${topic}/callee`);
        await invocationId;
        test.note(topic, ctx.request().id);
        await ctx.sleep(60_000);
      },
    },
  });

  const locked = sdk.object({
    name: `Locked${test.suffix}`,
    handlers: {
      forever: async (ctx, topic) => {
        ctx.set("value", "set before it was ended");
        await ctx.run("keep", () => {});
        test.note(topic, ctx.request().id);
        await ctx.awakeable().promise;
      },
      value: async (ctx) => await ctx.get("value"),
    },
  });
  return [caller, cancelled, locked];
}
