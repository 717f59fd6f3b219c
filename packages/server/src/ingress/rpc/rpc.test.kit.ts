/** An ingress over the fixture's proto services, and some without descriptors. */
import assert from "node:assert/strict";
import { create, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { Header, Outcome } from "@pawl/protocol";
import { fixtureMessage, fixtureSchema } from "../../protobuf/fixtures.test.kit.js";
import { deploymentDocument, overridesDocument } from "../../registry/documents.js";
import { HandlerKind } from "../../store/store.js";
import {
  handler,
  openTestIngress,
  type TestHandler,
  type TestIngress,
  type TestService,
  value,
} from "../ingress.test.kit.js";
import type { IngressOptions } from "../server.js";

type Fields = Readonly<Record<string, unknown>>;

/** A handler of the fixture in terms of messages. */
function typed(
  input: string,
  output: string,
  run: (request: Fields, headers: Readonly<Record<string, string>>) => Fields | Outcome | null,
): TestHandler {
  const types = { input: fixtureMessage(input), output: fixtureMessage(output) };
  return (_text, headers, bytes) => {
    const result = run(fromBinary(types.input, bytes) as Message & Fields, headers);
    if (result === null || result.kind !== undefined) return result as Outcome | null;
    return { kind: "value", value: toBinary(types.output, create(types.output, result)) };
  };
}

const [GREET_REQUEST, GREET_RESPONSE] = ["org.example.GreetRequest", "org.example.GreetResponse"];
const [EMPTY, KINDS] = ["google.protobuf.Empty", "org.example.Kinds"];

const greet = typed(GREET_REQUEST, GREET_RESPONSE, ({ name }) => ({ greeting: name ? `Hello ${name}` : "" }));

/** What `Fail` says beside the message when that is "explained". */
const EXPLANATION: readonly Header[] = [
  { key: "Reason", value: "out of stock" },
  { key: "city", value: "Köln" },
  { key: "trace-bin", value: "raw" },
  { key: "content-type", value: "text/html" },
  { key: "grpc-message", value: "another" },
  { key: "no name", value: "x" },
  { key: "long", value: "x".repeat(100_000) },
];

/** `Fail` is told by its name what to fail with: "404 no such thing", or "404:5 ..." with a gRPC status. */
const fail = typed(GREET_REQUEST, GREET_RESPONSE, ({ name }) => {
  const [code = "", ...words] = String(name).split(" ");
  const said = words.join(" ");
  const message = said === "at length" ? "ä".repeat(100_000) : said;
  const [status, grpc] = code.split(":");
  const metadata = [
    ...(grpc === undefined ? [] : [{ key: "grpc-status", value: grpc }]),
    ...(message === "explained" ? EXPLANATION : []),
  ];
  return { kind: "failure", failure: { code: Number(status), message, metadata } };
});

/** What the handler of `Look` saw as its headers. */
export const seenHeaders: Record<string, string>[] = [];

const proto: readonly TestService[] = [
  {
    schema: fixtureSchema("org.example.Greeter"),
    handlers: {
      Greet: greet,
      Fail: fail,
      Wait: typed(GREET_REQUEST, GREET_RESPONSE, () => null),
      Echo: typed(KINDS, KINDS, (request) => request),
      Nothing: typed(EMPTY, EMPTY, () => ({})),
      Look: typed(GREET_REQUEST, GREET_RESPONSE, ({ name }, headers) => {
        seenHeaders.push({ ...headers });
        return { greeting: `Seen ${name}` };
      }),
    },
  },
  {
    schema: fixtureSchema("org.example.Counter"),
    handlers: {
      Add: typed("org.example.AddRequest", "org.example.AddResponse", ({ counter, value }) => ({
        key: counter,
        value,
      })),
    },
  },
  {
    schema: fixtureSchema("org.example.Clock"),
    handlers: { Tick: typed(EMPTY, GREET_RESPONSE, () => ({ greeting: "tick" })) },
  },
];

/** What the JSON services were given, by handler. */
export const plainInputs = new Map<string, unknown>();

function plain(name: string): TestHandler {
  return (input) => {
    plainInputs.set(name, input === "" ? undefined : JSON.parse(input));
    return value('"ok"');
  };
}

const json: readonly TestService[] = [
  {
    schema: {
      name: "Plain",
      type: "Service",
      revision: 1,
      metadata: {},
      handlers: [handler("greet", HandlerKind.Service), handler("wait", HandlerKind.Service)],
    },
    handlers: { greet: plain("Plain/greet"), wait: () => null },
  },
  {
    schema: {
      name: "PlainObject",
      type: "VirtualObject",
      revision: 1,
      metadata: {},
      handlers: [handler("set", HandlerKind.ObjectExclusive)],
    },
    handlers: { set: plain("PlainObject/set") },
  },
];

export function openRpcIngress(options: Partial<IngressOptions> = {}): Promise<TestIngress> {
  return openTestIngress([...proto, ...json], { requestSizeLimitBytes: 10_000, ...options });
}

/** As PATCH /services/{service} does. */
export function setPublic({ registry }: TestIngress, service: string, isPublic: boolean): void {
  registry.apply({ puts: [overridesDocument({ service, isPublic })], deletes: [] });
}

/** As a new registration does that says `ingressPrivate` of one handler. */
export function setHandlerPublic(
  { registry }: TestIngress,
  service: string,
  handler: string,
  isPublic: boolean,
): void {
  const [deployment] = registry.deployments();
  assert.ok(deployment !== undefined);
  const services = deployment.services.map((schema) => ({
    ...schema,
    handlers: schema.handlers.map((one) =>
      schema.name === service && one.name === handler ? { ...one, isPublic } : one,
    ),
  }));
  registry.apply({ puts: [deploymentDocument({ ...deployment, services })], deletes: [] });
}

/** Waits until a handler was called that often. */
export async function called({ calls }: TestIngress, name: string, times: number): Promise<void> {
  while ((calls.get(name) ?? 0) < times) await new Promise((resolve) => setTimeout(resolve, 2));
}
