import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type AnyDefinition, Endpoint } from "../../endpoint/endpoint.js";
import type { RestateContext } from "../context/restate-context.js";
import { Streaming } from "../fixtures/es/test/keys_pb.js";
import * as es from "../fixtures/es/test/services_pb.js";
import { type Greeter, protoMetadata, type Request, Response } from "../fixtures/ts-proto/test/services.js";
import { requestBytes, run } from "../proto.test.kit.js";
import { protoService } from "./es-service.js";
import { registerDescriptors } from "./register.js";
import { tsProtoService } from "./ts-proto-service.js";
import { useContext } from "./use-context.js";

class GreeterService implements Greeter {
  private prefix = "Hello";
  async greet(request: Request): Promise<Response> {
    return { greeting: `${this.prefix} ${request.name} from ${useContext(this).serviceName}` };
  }
  async shout(request: Request): Promise<Response> {
    return { greeting: (await this.greet(request)).greeting.toUpperCase() };
  }
  async ignore(): Promise<Record<string, never>> {
    return {};
  }
}

const bind = (instance: object, service = "Greeter"): AnyDefinition =>
  tsProtoService({ descriptor: protoMetadata, service, instance });
const greeting = (output: Uint8Array | undefined): string => Response.decode(output!).greeting;

describe("a class that implements an interface of ts-proto", () => {
  it("serves calls, with the context of each", async () => {
    const greeter = bind(new GreeterService());
    const { output } = await run(greeter, "Shout", requestBytes("Pete"));
    assert.equal(greeting(output), "HELLO PETE FROM TEST.SERVICES.GREETER");
    const ignored = await run(greeter, "Ignore", new Uint8Array(0));
    assert.equal(ignored.output?.length, 0);
  });

  it("may inherit its methods, in any case, and leave fields away", async () => {
    class Loud extends GreeterService {
      async GREET(): Promise<Partial<Response>> {
        return {};
      }
    }
    const { output } = await run(bind(new Loud()), "Greet", requestBytes("Pete"));
    assert.equal(output?.length, 0);
    const inherited = await run(bind(new Loud()), "Shout", requestBytes("Pete"));
    assert.match(greeting(inherited.output), /^HELLO/);
  });

  it("is refused when something is missing", () => {
    assert.throws(() => bind({}), /unimplemented method Greet/);
    assert.throws(() => bind({ greet: 1 }), /The property greet is to implement the method Greet/);
    assert.throws(() => bind(undefined as never), /The instance is missing/);
    assert.throws(() => bind({}, "Nobody"), /Unable to find a service Nobody.*Greeter, Counter, Ledger/);
    assert.throws(
      () => tsProtoService({ descriptor: {} as never, service: "Greeter", instance: {} }),
      /outputSchema=true/,
    );
  });

  it("has a context in calls only", () => {
    assert.throws(() => useContext(new GreeterService()), { message: "not running within a Restate call." });
  });

  it("takes requests that are no such messages for the caller's mistake", async () => {
    const { failure } = await run(bind(new GreeterService()), "Greet", Uint8Array.of(0x0a, 9));
    assert.equal(failure!.code, 400);
  });
});

describe("an implementation of a service of protobuf-es", () => {
  it("gets typed requests and a context", async () => {
    class Service {
      #prefix = "Hello";
      async greet(request: es.Request, ctx: RestateContext) {
        return { greeting: `${this.#prefix} ${request.name} from ${ctx.serviceName}` };
      }
    }
    const service = Object.assign(new Service(), {
      shout: async (request: es.Request) => ({ greeting: request.name.toUpperCase() }),
      ignore: async () => ({}),
    });
    const definition = protoService(es.Greeter, service);
    const { output } = await run(definition, "Greet", requestBytes("Pete"));
    assert.equal(greeting(output), "Hello Pete from test.services.Greeter");
    assert.equal((await run(definition, "Ignore", new Uint8Array(0))).output?.length, 0);
  });

  it("is refused when something is missing", () => {
    assert.throws(
      () => protoService(es.Greeter, {} as never),
      /unimplemented method Greet: greet\(request, ctx\)/,
    );
    // @ts-expect-error a method is missing, and the other returns something else
    void (() => protoService(es.Ledger, { append: async () => ({ count: "x" }) }));
    assert.throws(() => protoService(Streaming, { watch: async () => ({}) } as never), /streams/);
  });
});

describe("the manifest of a protobuf service", () => {
  const endpoint = new Endpoint({
    services: [
      bind(new GreeterService()),
      protoService(es.Counter, { add: async () => ({}), reset: async () => ({}) }, { abortTimeout: 5 }),
      bind({ append: async () => ({}) }, "Ledger"),
    ],
    logger: () => {},
  });
  const answer = endpoint.handle({ path: "/discover", headers: {}, mode: "BIDI_STREAM" });
  assert.ok(answer.kind === "complete");
  const { services } = JSON.parse(new TextDecoder().decode(answer.body));

  it("has the names of the .proto file, and kinds by the options", () => {
    assert.deepEqual(
      services.map((s: { name: string; ty: string; handlers: { name: string; ty?: string }[] }) => [
        s.name,
        s.ty,
        s.handlers.map(({ name, ty }) => `${name} ${ty}`).join(", "),
      ]),
      [
        ["test.services.Greeter", "SERVICE", "Greet undefined, Shout undefined, Ignore undefined"],
        ["test.services.Counter", "VIRTUAL_OBJECT", "Add EXCLUSIVE, Reset EXCLUSIVE"],
        ["test.services.Ledger", "VIRTUAL_OBJECT", "Append EXCLUSIVE"],
      ],
    );
    assert.equal(services[1].abortTimeout, 5);
  });

  it("says that bodies are protobuf", () => {
    assert.deepEqual(services[0].handlers[0], {
      name: "Greet",
      input: { required: false, contentType: "application/proto" },
      output: { setContentTypeIfEmpty: true, contentType: "application/proto" },
    });
  });

  it("carries the descriptors", () => {
    for (const service of services) {
      const encoded = service.metadata["dev.pawl.protobuf.descriptors"];
      const { file } = fromBinary(FileDescriptorSetSchema, base64Decode(encoded));
      assert.deepEqual(
        file.map(({ name }) => name),
        [
          "google/protobuf/descriptor.proto",
          "dev/restate/ext.proto",
          "google/protobuf/empty.proto",
          "test/services.proto",
        ],
      );
    }
  });
});

describe("registered descriptors", () => {
  it("are those of files of ts-proto, or services of protobuf-es", () => {
    registerDescriptors(protoMetadata, es.Counter);
    assert.throws(() => registerDescriptors({ fileDescriptor: {}, references: {} }), /outputSchema=true/);
  });
});
