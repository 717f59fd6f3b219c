import assert from "node:assert/strict";
import { test } from "node:test";
import { LOG_MODULES, parseLogFilter } from "./log-filter.js";

function levels(text: string): string {
  const filter = parseLogFilter(text, "info");
  return filter === undefined
    ? "wrong"
    : LOG_MODULES.map((module) => `${module}=${filter[module]}`).join(" ");
}

test("a filter has a level for all, and levels of modules", () => {
  const rest = "server=info ingress=info admin=info node=info";
  assert.equal(levels(""), `${rest} invoker=info store=info tracing=info`);
  assert.equal(levels("invoker=debug"), `${rest} invoker=debug store=info tracing=info`);
  assert.equal(levels("invoker=debug, INFO ,store=OFF"), `${rest} invoker=debug store=off tracing=info`);
  assert.equal(levels("invoker"), `${rest} invoker=trace store=info tracing=info`);
});

test("filters of the official server mean ours", () => {
  assert.equal(levels("warn,restate=info"), levels("info"));
  assert.equal(levels("warn,restate=debug,restate_invoker=error"), levels("debug,invoker=error"));
  assert.equal(levels("info,restate_worker::partition::effects=debug"), levels("node=debug"));
});

test("modules that do not exist are no error, levels that do not exist are one", () => {
  assert.equal(levels("info,hyper=trace"), levels("info"));
  assert.equal(levels("info,invoker=loud"), "wrong");
});
