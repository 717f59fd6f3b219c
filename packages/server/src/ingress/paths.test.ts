import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePath } from "./paths.js";

const types = {
  Greeter: "Service",
  "org.example.Greeter": "Service",
  Cart: "VirtualObject",
  Signup: "Workflow",
} as const;
const parse = (path: string) => parsePath(path, (service) => types[service as keyof typeof types]);

const invoke = (mode: "call" | "send", service: string, key: string | null, handler: string) => ({
  kind: "invoke",
  mode,
  service,
  key,
  handler,
});

const table: readonly (readonly [path: string, route: object])[] = [
  ["/Greeter/greet", invoke("call", "Greeter", null, "greet")],
  ["/Greeter/greet/", invoke("call", "Greeter", null, "greet")],
  ["/org.example.Greeter/Greet", invoke("call", "org.example.Greeter", null, "Greet")],
  ["/Greeter/greet/send", invoke("send", "Greeter", null, "greet")],
  ["/Greeter/send/send", invoke("send", "Greeter", null, "send")],
  ["/Cart/a%2Fb/add", invoke("call", "Cart", "a/b", "add")],
  ["/Cart/send/add/send", invoke("send", "Cart", "send", "add")],
  ["/Signup/pete/run", invoke("call", "Signup", "pete", "run")],
  ["/restate/call/Greeter/greet", invoke("call", "Greeter", null, "greet")],
  ["/restate/send/Cart/k/add", invoke("send", "Cart", "k", "add")],
  ["/restate/health", { kind: "health" }],
  ["/restate/awakeables/sign_1x/resolve", { kind: "awakeable", id: "sign_1x", action: "resolve" }],
  ["/restate/a/sign_1x/reject", { kind: "awakeable", id: "sign_1x", action: "reject" }],
  ["/restate/invocation/inv_1x/attach", { kind: "attach", target: { kind: "id", id: "inv_1x" } }],
  ["/restate/output/inv_1x", { kind: "output", target: { kind: "id", id: "inv_1x" } }],
  [
    "/restate/invocation/Greeter/greet/key1/output",
    {
      kind: "output",
      target: { kind: "idempotent", service: "Greeter", key: null, handler: "greet", idempotencyKey: "key1" },
    },
  ],
  [
    "/restate/invocation/Cart/k/add/key1/attach",
    {
      kind: "attach",
      target: { kind: "idempotent", service: "Cart", key: "k", handler: "add", idempotencyKey: "key1" },
    },
  ],
  [
    "/restate/workflow/Signup/pete/attach",
    { kind: "attach", target: { kind: "workflow", workflow: "Signup", key: "pete" } },
  ],
  ["/restate/attach", { kind: "attachBody" }],
  ["/restate/lookup", { kind: "lookup" }],
  ["/restate/nothing/there", { kind: "unknown" }],
  [
    "/Greeter/greet/what",
    {
      kind: "unknown",
      expected: "Greeter is a Service, called at /Greeter/{handler} or /Greeter/{handler}/send",
    },
  ],
  [
    "/Cart/k",
    {
      kind: "unknown",
      expected: "Cart is a VirtualObject, called at /Cart/{key}/{handler} or /Cart/{key}/{handler}/send",
    },
  ],
  ["/Nobody/greet", { kind: "unknownService", service: "Nobody" }],
];

for (const [path, route] of table) {
  test(`${path} is ${JSON.stringify(route)}`, () => assert.deepEqual(parse(path), route));
}

for (const path of ["/", "/Greeter", "/a/b/c/d/e/f/g/h", "/Greeter/%ff"]) {
  test(`${path} is a bad path`, () => assert.equal(parse(path).kind, "bad"));
}

const styled = (path: string, style: "rpc" | "either") =>
  parsePath(
    path,
    (service) => types[service as keyof typeof types],
    () => style,
  );

test("a proto service's path has no key in it; with one it is the path of its object", () => {
  assert.deepEqual(styled("/Cart/Add", "rpc"), { kind: "rpc" });
  assert.deepEqual(styled("/Cart/k/Add", "rpc"), invoke("call", "Cart", "k", "Add"));
  assert.deepEqual(styled("/restate/call/Greeter/Greet", "rpc"), invoke("call", "Greeter", null, "Greet"));
});

test("a router without keys is called either way", () => {
  const route = invoke("call", "Greeter", null, "greet");
  assert.deepEqual(styled("/Greeter/greet", "either"), { kind: "either", invoke: route });
  assert.equal(styled("/Greeter/greet/send", "either").kind, "invoke");
});

test("a scope is refused", () => {
  for (const path of ["/restate/scope/s/call/Greeter/greet", "/restate/scope/s/send/Cart/k/add"]) {
    assert.equal(parse(path).kind, "bad");
  }
  assert.equal(parse("/restate/scope/s/what/Greeter/greet").kind, "unknown");
});
