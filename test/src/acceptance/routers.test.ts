import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./world.js";

let world: World;
before(async () => {
  world = await World.start({}, "./acceptance/routers.endpoint.js");
});
after(() => world?.stop());

for (const [path, request, response] of [
  [
    "greeter-service/greet",
    { key: "John Doe", request: { age: 55 } },
    '{"response":"Hello John Doe of 55 years old"}',
  ],
  ["myservice/hello", { request: "John Doe" }, '{"response":"Hello John Doe"}'],
  ["myservice/hello", { request: "Pete" }, '{"response":"Hello Pete"}'],
] as const) {
  test(`A47 POST /${path} ${JSON.stringify(request)}`, async () => {
    const { status, headers, text } = await world.call(path, request);
    assert.deepEqual([status, headers.get("content-type"), text], [200, "application/json", response]);
  });
}

for (const [what, path, request] of [
  ["a keyed route without a key", "greeter-service/greet", { request: { age: 55 } }],
  ["a keyed route with an empty key", "greeter-service/greet", { key: "", request: { age: 55 } }],
  ["a key for a route that has none", "myservice/hello", { key: "John Doe" }],
] as const) {
  test(`A47 ${what} is refused`, async () => {
    const { status, text } = await world.call(path, request);
    assert.equal(status, 400, text);
  });
}

test("A32, A47 rpc, send and sendDelayed between routes", async () => {
  const name = world.name();
  const { text } = await world.call("myservice/callAll", { request: name });
  assert.equal(text, `{"response":"Hello ${name} of 55 years old"}`);
  await world.noted(name, 2);
});
