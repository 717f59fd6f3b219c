import assert from "node:assert/strict";
import { test } from "node:test";
import type { Invocation } from "../../partition/model.js";
import { invocationSpanId, traceOf, traceparentOf } from "./invocation-trace.js";
import { createSampler } from "./sampler.js";
import { formatTraceparent, parseTraceparent } from "./trace-context.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

test("a traceparent is read as W3C Trace Context says", () => {
  const context = { traceId: TRACE, spanId: SPAN, isSampled: true };
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-01`), context);
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-02`), { ...context, isSampled: false });
  // A later version may say more.
  assert.deepEqual(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`), context);
  assert.equal(formatTraceparent(context), `00-${TRACE}-${SPAN}-01`);
  for (const bad of [
    null,
    "",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${SPAN}`,
  ]) {
    assert.equal(parseTraceparent(bad), null, String(bad));
  }
});

test("samplers decide by the parent where there is one, else by the trace id", () => {
  const yes = { traceId: TRACE, spanId: SPAN, isSampled: true };
  const no = { ...yes, isSampled: false };
  const decide = (name: Parameters<typeof createSampler>[0], ratio = 1): string =>
    [null, yes, no].map((parent) => (createSampler(name, ratio)(parent, TRACE) ? "+" : "-")).join("");
  assert.equal(decide("always_on"), "+++");
  assert.equal(decide("always_off"), "---");
  assert.equal(decide("parentbased_always_on"), "++-");
  assert.equal(decide("parentbased_always_off"), "-+-");
  assert.equal(decide("traceidratio", 0), "---");
  assert.equal(decide("traceidratio", 1), "+++");
  assert.equal(decide("parentbased_traceidratio", 0), "-+-");
  // The end of the id is what is random.
  const half = createSampler("traceidratio", 0.5);
  assert.equal(half(null, `${"f".repeat(19)}7${"f".repeat(12)}`), true);
  assert.equal(half(null, `${"0".repeat(19)}8${"0".repeat(12)}`), false);
});

function invocation(id: string, traceparent: string | null): Invocation {
  return { id, traceparent } as Invocation;
}

test("a call hangs below its caller, a one-way call has its own trace and knows where it came from", () => {
  const caller = invocation("inv_caller", `00-${TRACE}-${SPAN}-01`);
  assert.equal(
    traceparentOf(caller, "inv_callee", false),
    `00-${TRACE}-${invocationSpanId("inv_caller")}-01`,
  );
  const oneWay = traceOf(invocation("inv_callee", traceparentOf(caller, "inv_callee", true)));
  assert.equal(oneWay?.parentSpanId, null);
  assert.notEqual(oneWay?.traceId, TRACE);
  assert.equal(oneWay?.link?.traceId, TRACE);
  // What a one-way call calls is in the one-way call's trace.
  const callee = invocation("inv_callee", traceparentOf(caller, "inv_callee", true));
  const further = traceOf(invocation("inv_third", traceparentOf(callee, "inv_third", false)));
  assert.deepEqual(further, {
    traceId: oneWay?.traceId,
    parentSpanId: invocationSpanId("inv_callee"),
    link: null,
  });
});

test("what is not sampled is passed on as it is", () => {
  for (const traceparent of [null, `00-${TRACE}-${SPAN}-00`]) {
    const caller = invocation("inv_caller", traceparent);
    assert.equal(traceOf(caller), null);
    assert.equal(traceparentOf(caller, "inv_callee", false), traceparent);
    assert.equal(traceparentOf(caller, "inv_callee", true), traceparent);
  }
});
