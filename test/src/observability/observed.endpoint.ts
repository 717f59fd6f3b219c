/** Handlers that call each other, for tests of traces, metrics and logs. */
import {
  type Context,
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  serve,
  service,
} from "@pawl/sdk";

/** Attempts of `flaky` in this process. */
let attempts = 0;

/** What this attempt was sent: the place of its span. */
function traceparentOf(ctx: Context | ObjectSharedContext): string {
  return String(ctx.request().attemptHeaders.get("traceparent"));
}

function tracestateOf(ctx: Context): string | null {
  const state = ctx.request().attemptHeaders.get("tracestate");
  return state === undefined ? null : String(state);
}

const callee = service({
  name: "Callee",
  handlers: {
    answer: async (ctx: Context) => traceparentOf(ctx),
    background: async (ctx: Context) => traceparentOf(ctx),
    tracestate: async (ctx: Context) => tracestateOf(ctx),
    tellTracestate: async (ctx: Context, awakeable: string) => {
      ctx.resolveAwakeable(awakeable, tracestateOf(ctx));
    },
  },
});

const caller = service({
  name: "Caller",
  handlers: {
    start: async (ctx: Context) => {
      ctx.serviceSendClient(callee).background();
      const called = await ctx.serviceClient(callee).answer();
      return { own: traceparentOf(ctx), called };
    },
    traceparent: async (ctx: Context) => traceparentOf(ctx),
    tracestates: async (ctx: Context) => {
      const { id, promise } = ctx.awakeable<string | null>();
      ctx.serviceSendClient(callee).tellTracestate(id);
      const called = await ctx.serviceClient(callee).tracestate();
      return { own: tracestateOf(ctx), called, oneWay: await promise };
    },
    flaky: async (ctx: Context) => {
      if (++attempts === 1) throw new Error("not yet");
      return traceparentOf(ctx);
    },
    broken: async () => {
      const { TerminalError } = await import("@pawl/sdk");
      throw new TerminalError("never", { errorCode: 500 });
    },
    /** Waits for what never comes. */
    park: async (ctx: Context) => await ctx.awakeable<string>().promise,
    wait: async (ctx: Context, name: string) => {
      const { id, promise } = ctx.awakeable<string>();
      await ctx.objectClient(box, name).put(id);
      const answer = await promise;
      await ctx.serviceClient(callee).answer();
      return answer;
    },
  },
});

const box = object({
  name: "Box",
  handlers: {
    put: async (ctx: ObjectContext, value: string) => {
      ctx.set("value", value);
    },
    empty: async (ctx: ObjectContext) => {
      ctx.clear("value");
    },
    nap: async (ctx: ObjectContext, ms: number) => {
      await ctx.sleep(ms);
    },
    get: handlers.object.shared(async (ctx: ObjectSharedContext) => await ctx.get<string>("value")),
  },
});

await serve({ services: [callee, caller, box] });
