import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  create,
  createFileRegistry,
  type DescService,
  type FileRegistry,
  fromBinary,
  type JsonObject,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../../protobuf/gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../protobuf/gen/grpc/reflection/v1alpha/reflection_pb.js";
import type { TestIngress } from "../ingress.test.kit.js";
import { openRpcIngress, setPublic } from "./rpc.test.kit.js";

type Question = ServerReflectionRequest["messageRequest"];
type Answer = ServerReflectionResponse["messageResponse"];

const BUILTIN = [
  "dev.restate.Awakeables",
  "dev.restate.Ingress",
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

let ingress: TestIngress;
let channel: Client;
before(async () => {
  ingress = await openRpcIngress();
  channel = new Client(new URL(ingress.url).host, credentials.createInsecure());
});
after(async () => {
  channel.close();
  await ingress.close();
});

/** As grpcurl does: one stream, a question after each answer. */
function ask(version: "v1" | "v1alpha", questions: readonly Question[]): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    const call = channel.makeBidiStreamRequest<ServerReflectionRequest, ServerReflectionResponse>(
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      (request) => Buffer.from(toBinary(ServerReflectionRequestSchema, request)),
      (bytes) => fromBinary(ServerReflectionResponseSchema, bytes),
    );
    const next = () => {
      const messageRequest = questions[answers.length];
      if (messageRequest === undefined) call.end();
      else call.write(create(ServerReflectionRequestSchema, { host: "here", messageRequest }));
    };
    call.on("data", ({ messageResponse, validHost, originalRequest }: ServerReflectionResponse) => {
      assert.equal(validHost, "here");
      assert.deepEqual(originalRequest?.messageRequest, questions[answers.length]);
      answers.push(messageResponse);
      next();
    });
    call.on("error", (error: ServiceError) => reject(error));
    call.on("end", () => resolve(answers));
    next();
  });
}

async function list(version: "v1" | "v1alpha" = "v1"): Promise<string[]> {
  const [answer] = await ask(version, [{ case: "listServices", value: "*" }]);
  assert.equal(answer?.case, "listServicesResponse");
  return answer.value.service.map(({ name }) => name);
}

function filesOf(answer: Answer | undefined): FileDescriptorProto[] {
  assert.equal(answer?.case, "fileDescriptorResponse", JSON.stringify(answer?.value));
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}

/** What a client without .proto files makes of an answer. */
function link(files: readonly FileDescriptorProto[]): FileRegistry {
  const byName = new Map(files.map((file) => [file.name, file]));
  const [first] = files;
  assert.ok(first);
  return createFileRegistry(first, (name) => byName.get(name));
}

for (const version of ["v1", "v1alpha"] as const) {
  test(`${version}: the services are listed, public ones and those of the server`, async () => {
    const own = ["org.example.Clock", "org.example.Counter", "org.example.Greeter"];
    assert.deepEqual(await list(version), [...BUILTIN, ...own].sort());
  });

  test(`${version}: a service is described and called without .proto files`, async () => {
    const [answer] = await ask(version, [{ case: "fileContainingSymbol", value: "org.example.Greeter" }]);
    const greeter = link(filesOf(answer)).getService("org.example.Greeter") as DescService;
    const client = createClient(greeter, createGrpcTransport({ baseUrl: ingress.url })) as unknown as {
      greet(request: JsonObject): Promise<JsonObject>;
    };
    assert.equal((await client.greet({ name: "Pete" })).greeting, "Hello Pete");
  });
}

test("everything listed can be described", async () => {
  const names = await list();
  const answers = await ask(
    "v1",
    names.map((value) => ({ case: "fileContainingSymbol", value })),
  );
  for (const [i, name] of names.entries()) assert.ok(link(filesOf(answers[i])).getService(name), name);
});

test("files by symbol, by name and by extension; numbers of extensions", async () => {
  const answers = await ask(
    "v1",
    [
      { case: "fileContainingSymbol", value: "org.example.Greeter.Greet" },
      { case: "fileContainingSymbol", value: "org.example.Kinds.FlagsEntry" },
      { case: "fileContainingSymbol", value: "org.example.RED" },
      { case: "fileByFilename", value: "org/example/greeter.proto" },
      { case: "fileByFilename", value: "google/protobuf/struct.proto" },
      {
        case: "fileContainingExtension",
        value: { containingType: "google.protobuf.ServiceOptions", extensionNumber: 51234 } as never,
      },
    ].map((one) => create(ServerReflectionRequestSchema, { messageRequest: one as Question }).messageRequest),
  );
  const names = answers.map((answer) => filesOf(answer)[0]?.name);
  const greeter = "org/example/greeter.proto";
  assert.deepEqual(names, [
    greeter,
    greeter,
    greeter,
    greeter,
    "google/protobuf/struct.proto",
    "dev/restate/ext.proto",
  ]);
  const [numbers] = await ask("v1", [
    { case: "allExtensionNumbersOfType", value: "google.protobuf.ServiceOptions" },
  ]);
  assert.equal(numbers?.case, "allExtensionNumbersResponse");
  assert.deepEqual(numbers.value.extensionNumber, [51234]);
});

test("what is not there is an answer, and the stream goes on", async () => {
  const answers = await ask("v1", [
    { case: "fileContainingSymbol", value: "org.example.Nobody" },
    { case: "fileByFilename", value: "nothing.proto" },
    { case: "allExtensionNumbersOfType", value: "org.example.Nobody" },
    { case: undefined },
    { case: "listServices", value: "" },
  ]);
  const codes = answers.map((answer) =>
    answer.case === "errorResponse" ? answer.value.errorCode : answer.case,
  );
  assert.deepEqual(codes, [5, 5, 5, 3, "listServicesResponse"]);
});

test("a private service is hidden, by list, by symbol and in its file", async () => {
  setPublic(ingress, "org.example.Counter", false);
  try {
    assert.ok(!(await list()).includes("org.example.Counter"));
    const [symbol, greeter] = await ask("v1", [
      { case: "fileContainingSymbol", value: "org.example.Counter" },
      { case: "fileContainingSymbol", value: "org.example.Greeter" },
    ]);
    assert.equal(symbol?.case, "errorResponse");
    const services = filesOf(greeter)[0]?.service.map(({ name }) => name);
    assert.deepEqual(services, ["Greeter", "Clock"]);
  } finally {
    setPublic(ingress, "org.example.Counter", true);
  }
  assert.ok((await list()).includes("org.example.Counter"));
});

for (const [name, open] of [
  ["gRPC", () => createGrpcTransport({ baseUrl: ingress.url })],
  ["gRPC with JSON", () => createGrpcTransport({ baseUrl: ingress.url, useBinaryFormat: false })],
  ["gRPC-web", () => createGrpcWebTransport({ baseUrl: ingress.url, httpVersion: "2" })],
  [
    "Connect",
    () => createConnectTransport({ baseUrl: ingress.url, httpVersion: "2", useBinaryFormat: true }),
  ],
  ["Connect with JSON", () => createConnectTransport({ baseUrl: ingress.url, httpVersion: "2" })],
  ["Connect over HTTP/1.1", () => createConnectTransport({ baseUrl: ingress.url, httpVersion: "1.1" })],
] as const) {
  test(`reflection over ${name}`, async () => {
    for (const service of [ServerReflection, ServerReflectionAlpha]) {
      const client = createClient(service, open());
      async function* questions() {
        yield { messageRequest: { case: "listServices", value: "" } } as const;
      }
      const answers = [];
      for await (const { messageResponse } of client.serverReflectionInfo(questions())) {
        answers.push(messageResponse.case);
      }
      assert.deepEqual(answers, ["listServicesResponse"]);
    }
  });
}

test("a set of descriptors can be made of what is answered", async () => {
  const [answer] = await ask("v1", [{ case: "fileContainingSymbol", value: "dev.restate.Ingress" }]);
  const set = create(FileDescriptorSetSchema, { file: filesOf(answer).reverse() });
  const desc = createFileRegistry(set).getMessage("dev.restate.InvokeRequest");
  assert.equal(desc?.field.json?.jsonName, "argument");
});
