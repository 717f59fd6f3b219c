/** The grpcurl commands of the documents: a client that learns everything from reflection does what they do. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parseArgs } from "node:util";
import { Metadata } from "@grpc/grpc-js";
import { EXAMPLE, World } from "../acceptance/world.js";
import { Reflection, type ReflectionVersion } from "../reflection.js";
import { GREETING, INVOCATION, INVOKING_SERVICES } from "./commands.js";
import { wordsOf } from "./shell.js";

const BUILTIN = [
  "dev.restate.Awakeables",
  "dev.restate.Ingress",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];
const EXAMPLE_SERVICES = ["org.example.Greeter", "org.example.Guestbook", "org.example.Tour"];

let world: World;
before(async () => {
  world = await World.start({}, EXAMPLE);
});
after(() => world?.stop());

/** What a command asks for; the documents forgot to close the quote of its data. */
function read(line: string) {
  const closed = line.replace(`"} <`, `"}' <`);
  const [command, ...args] = wordsOf(closed, {
    "<your-restate-runtime-host-port>": new URL(world.server.ingress).host,
  });
  assert.equal(command, "grpcurl");
  const options = { plaintext: { type: "boolean" }, d: { type: "string", short: "d" } } as const;
  // grpcurl takes its long options with one hyphen, too.
  const { values, positionals } = parseArgs({
    args: args.map((arg) => arg.replace(/^-(?=plaintext$)/, "--")),
    options,
    allowPositionals: true,
  });
  assert.ok(values.plaintext);
  const [host, what = ""] = positionals;
  return { url: `http://${host}`, what, data: JSON.parse(values.d ?? "{}") as object };
}

for (const version of ["v1", "v1alpha"] satisfies ReflectionVersion[]) {
  for (const [document, commands] of [
    ["Invoking services", INVOKING_SERVICES],
    ["Invocation", INVOCATION],
  ] as const) {
    test(`${document}, reflection ${version}: the service is called without its .proto file`, async () => {
      const { url, what, data } = read(commands.grpcurlGreet);
      const [service, method] = what.split("/") as [string, string];
      const answer = await new Reflection(url, version).call(service, method, data as never);
      assert.deepEqual(answer, JSON.parse(GREETING));
    });

    test(`${document}, reflection ${version}: the available services are described`, async () => {
      const { url, what } = read(commands.grpcurlDescribe);
      assert.equal(what, "describe");
      const reflection = new Reflection(url, version);
      const services = (await reflection.list()).sort();
      assert.deepEqual(services, [...BUILTIN, ...EXAMPLE_SERVICES].sort());
      for (const service of services) assert.ok((await reflection.describe(service)).length > 0, service);
      assert.deepEqual(await reflection.describe("org.example.Greeter"), [
        "Greet(org.example.Request) returns (org.example.Response)",
      ]);
    });
  }
}

test("Invocation: the idempotency key works as metadata of gRPC", async () => {
  const metadata = new Metadata();
  metadata.set("idempotency-key", "over gRPC");
  const reflection = new Reflection(world.server.ingress, "v1");
  const sign = () => reflection.call("org.example.Guestbook", "Sign", { name: "Pete" }, metadata);
  assert.deepEqual(await sign(), { name: "Pete", count: 1 });
  assert.deepEqual(await sign(), { name: "Pete", count: 1 });
});
