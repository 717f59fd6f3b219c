import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { TerminalError } from "../errors.js";
import { InvocationServer, inOrder, type ServerOptions } from "../runtime/server.test.kit.js";
import { type OpenTelemetryHookOptions, openTelemetryHook } from "./hook.js";
import { spanContextOf } from "./trace-parent.js";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "b7ad6b7169203331";
const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, tracestate: "a=1" };

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer("test");

before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
after(() => context.disable());

function serverFor(
  fn: (ctx: Context) => Promise<unknown>,
  options: Partial<OpenTelemetryHookOptions> = {},
  server: ServerOptions = {},
) {
  const hooks = [openTelemetryHook({ tracer, ...options })];
  const definition = service({ name: "Test", handlers: { it: fn }, options: { hooks } });
  return new InvocationServer(definition, "it", { headers, ...server });
}

/** The spans that ended since the last time, by name. */
function spans(): Record<string, ReadableSpan> {
  const finished = Object.fromEntries(exporter.getFinishedSpans().map((span) => [span.name, span]));
  exporter.reset();
  return finished;
}

describe("the OpenTelemetry hook", () => {
  it("makes a span of the attempt below the server's, and one of each run below that", async () => {
    const server = serverFor(
      async (ctx) => {
        trace.getActiveSpan()?.addEvent("in handler");
        await ctx.run("r", () => trace.getActiveSpan()?.addEvent("in run") && 1);
      },
      {
        additionalAttemptAttributes: ({ request }) => ({ handler: request.target.handler }),
        additionalRunAttributes: (_ctx, name) => ({ run: name }),
      },
    );
    server.start();
    await server.finish(inOrder);
    const { "attempt Test/it": attempt, "run (r)": run } = spans();
    assert.equal(attempt?.spanContext().traceId, TRACE_ID);
    assert.equal(attempt.parentSpanContext?.spanId, PARENT_ID);
    assert.equal(attempt.parentSpanContext?.traceState?.get("a"), "1");
    assert.deepEqual(attempt.attributes, {
      handler: "it",
      "restate.invocation.id": "inv_1test",
      "restate.invocation.target": "Test/it",
    });
    assert.deepEqual(
      attempt.events.map(({ name }) => name),
      ["in handler"],
    );
    assert.equal(attempt.status.code, SpanStatusCode.OK);
    assert.equal(run?.parentSpanContext?.spanId, attempt.spanContext().spanId);
    assert.deepEqual(run.attributes, { run: "r", "restate.run.name": "r" });
    assert.deepEqual(
      run.events.map(({ name }) => name),
      ["in run"],
    );
  });

  it("tells failures from suspensions", async () => {
    const failing = serverFor(async () => {
      throw new TerminalError("no");
    });
    failing.start();
    await failing.finish(inOrder);
    const { "attempt Test/it": failed } = spans();
    assert.deepEqual(failed?.status, { code: SpanStatusCode.ERROR, message: "no" });
    assert.equal(failed.events[0]?.name, "exception");

    const waiting = serverFor((ctx) => ctx.sleep(1));
    waiting.start();
    waiting.endInput();
    await waiting.finish({ choose: () => undefined });
    await turn();
    assert.equal(spans()["attempt Test/it"]?.status.code, SpanStatusCode.UNSET);
  });

  it("leaves out what a replay says again", async () => {
    const fn = async (ctx: Context): Promise<void> => {
      trace.getActiveSpan()?.addEvent("before").setAttribute("seen", true).addEvent("chained");
      await ctx.run("r", () => 1);
      trace.getActiveSpan()?.addEvent("after");
    };
    const first = serverFor(fn);
    first.start();
    await first.finish(inOrder);
    spans();
    const journal = first.journal.slice(0, -1);
    const events = async (options: Partial<OpenTelemetryHookOptions>) => {
      const replay = serverFor(fn, options, { journal });
      replay.start();
      await replay.finish(inOrder);
      const { "attempt Test/it": attempt, "run (r)": run } = spans();
      assert.equal(run, undefined, "a run that is not executed has no span");
      assert.equal(attempt?.attributes.seen, true);
      return attempt.events.map(({ name }) => name);
    };
    assert.deepEqual(await events({}), ["after"]);
    assert.deepEqual(await events({ suppressSpanEventsDuringReplay: false }), ["before", "chained", "after"]);
  });

  it("makes no spans of runs when told so", async () => {
    const server = serverFor((ctx) => ctx.run("r", () => 1), { runSpans: false, tracer: () => tracer });
    server.start();
    await server.finish(inOrder);
    assert.deepEqual(Object.keys(spans()), ["attempt Test/it"]);
  });
});

describe("the header traceparent", () => {
  const parsed = (traceparent: string) => spanContextOf(new Map([["traceparent", traceparent]]));
  it("names the parent", () => {
    assert.deepEqual(parsed(headers.traceparent), {
      traceId: TRACE_ID,
      spanId: PARENT_ID,
      traceFlags: 1,
      isRemote: true,
    });
    assert.equal(parsed(`01-${TRACE_ID}-${PARENT_ID}-00-more`)?.traceFlags, 0);
  });

  it("is passed over if it is none", () => {
    for (const bad of [
      "",
      `ff-${TRACE_ID}-${PARENT_ID}-01`,
      `00-${TRACE_ID}-${PARENT_ID}-01-more`,
      `00-${"0".repeat(32)}-${PARENT_ID}-01`,
      `00-${TRACE_ID}-${PARENT_ID}`,
    ]) {
      assert.equal(parsed(bad), undefined, bad);
    }
    assert.equal(spanContextOf(new Map()), undefined);
  });
});
