import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Context, ObjectContext, WorkflowContext } from "../context/context.js";
import { handlers } from "../definitions/handlers.js";
import { object, service, workflow } from "../definitions/service.js";
import { serde } from "../serde.js";
import { SDK_SERVER_HEADER } from "../version.js";
import { type AnyDefinition, Endpoint, type EndpointRequest } from "./endpoint.js";
import { parseRoute } from "./routes.js";

const greeter = service({ name: "Greeter", handlers: { greet: async (_: Context, name: string) => name } });

function ask(services: AnyDefinition[], request: Partial<EndpointRequest>) {
  const endpoint = new Endpoint({ services, logger: () => {} });
  const answer = endpoint.handle({ path: "/discover", headers: {}, mode: "BIDI_STREAM", ...request });
  if (answer.kind === "exchange") throw new Error("an answer that depends on the body");
  return {
    status: answer.status,
    headers: answer.headers,
    body: answer.kind === "complete" ? new TextDecoder().decode(answer.body) : undefined,
  };
}

const manifestType = (version: number): string => `application/vnd.restate.endpointmanifest.v${version}+json`;

describe("routes", () => {
  it("are known by the end of the path", () => {
    assert.deepEqual(parseRoute("/invoke/S/h"), { kind: "invoke", service: "S", handler: "h" });
    assert.deepEqual(parseRoute("/a/b/invoke/S/h?x=1"), { kind: "invoke", service: "S", handler: "h" });
    assert.deepEqual(parseRoute("/a/discover"), { kind: "discover" });
    assert.deepEqual(parseRoute("/health"), { kind: "health" });
    for (const path of ["/", "", "/invoke/S", "/discover/x", "/invoke/S/h/"]) {
      assert.deepEqual(parseRoute(path), { kind: "unknown" }, path);
    }
  });
});

describe("answers", () => {
  it("to /health are OK", () => {
    const { status, headers, body } = ask([greeter], { path: "/x/health" });
    assert.deepEqual([status, headers["content-type"], body], [200, "application/text", "OK"]);
    assert.equal(headers["x-restate-server"], SDK_SERVER_HEADER);
  });

  it("to what is not known are 404", () => {
    assert.equal(ask([greeter], { path: "/" }).status, 404);
    assert.equal(ask([greeter], { path: "/invoke/Nobody/greet" }).status, 404);
    assert.equal(ask([greeter], { path: "/invoke/Greeter/nothing" }).status, 404);
  });

  it("to a protocol version that is not spoken are 415", () => {
    for (const type of [undefined, "application/json", "application/vnd.restate.invocation.v4"]) {
      const headers = { "content-type": type };
      assert.equal(ask([greeter], { path: "/invoke/Greeter/greet", headers }).status, 415, type);
    }
  });

  it("repeat the content type to the letter", () => {
    for (const version of [5, 6, 7]) {
      const type = `application/vnd.restate.invocation.v${version}`;
      const { status, headers } = ask([greeter], {
        path: "/invoke/Greeter/greet",
        headers: { "content-type": type },
      });
      assert.deepEqual([status, headers["content-type"]], [200, type]);
    }
  });
});

describe("discovery", () => {
  it("answers in the highest version that the server takes", () => {
    const accept = [1, 2, 3, 4].map(manifestType).join(", ");
    assert.equal(ask([greeter], { headers: { accept } }).headers["content-type"], manifestType(4));
    const older = ask([greeter], { headers: { accept: manifestType(3) } });
    assert.equal(older.headers["content-type"], manifestType(3));
    assert.equal(ask([greeter], { headers: { accept: "text/html" } }).status, 415);
    assert.equal(ask([greeter], { headers: { accept: "*/*" } }).status, 200);
  });

  it("describes services as the official SDK does", () => {
    const { body } = ask([greeter], {});
    assert.deepEqual(JSON.parse(body!), {
      protocolMode: "BIDI_STREAM",
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
      services: [
        {
          name: "Greeter",
          ty: "SERVICE",
          handlers: [
            {
              name: "greet",
              input: { required: false, contentType: "application/json" },
              output: { setContentTypeIfEmpty: false, contentType: "application/json" },
            },
          ],
        },
      ],
    });
  });

  it("carries kinds, descriptions and options", () => {
    const counter = object({
      name: "Counter",
      description: "counts",
      metadata: { team: "a" },
      options: {
        journalRetention: { hours: 2 },
        enableLazyState: true,
        retryPolicy: {
          maxAttempts: 3,
          onMaxAttempts: "kill",
          initialInterval: 10,
          exponentiationFactor: 1.5,
        },
      },
      handlers: {
        add: handlers.object.exclusive(
          {
            input: serde.binary,
            output: serde.empty,
            description: "adds",
            ingressPrivate: true,
            abortTimeout: 7,
          },
          async (_ctx: ObjectContext, _data: Uint8Array) => {},
        ),
        get: handlers.object.shared(async () => 1),
        plain: async (_: ObjectContext) => 2,
      },
    });
    const flow = workflow({
      name: "Flow",
      options: { workflowRetention: { days: 1 } },
      handlers: { run: async (_: WorkflowContext) => 1, peek: async () => 2 },
    });
    const [first, second] = JSON.parse(ask([counter, flow], {}).body!).services;
    assert.deepEqual(
      first.handlers.map((h: { name: string; ty: string }) => [h.name, h.ty]),
      [
        ["add", "EXCLUSIVE"],
        ["get", "SHARED"],
        ["plain", "EXCLUSIVE"],
      ],
    );
    const { handlers: _, ...options } = first;
    assert.deepEqual(options, {
      name: "Counter",
      ty: "VIRTUAL_OBJECT",
      documentation: "counts",
      metadata: { team: "a" },
      journalRetention: 7_200_000,
      enableLazyState: true,
      retryPolicyInitialInterval: 10,
      retryPolicyMaxAttempts: 3,
      retryPolicyExponentiationFactor: 1.5,
      retryPolicyOnMaxAttempts: "KILL",
    });
    assert.deepEqual(first.handlers[0], {
      name: "add",
      ty: "EXCLUSIVE",
      input: { required: false, contentType: "application/octet-stream" },
      output: { setContentTypeIfEmpty: false },
      documentation: "adds",
      abortTimeout: 7,
      ingressPrivate: true,
    });
    assert.deepEqual(
      second.handlers.map((h: { ty: string }) => h.ty),
      ["WORKFLOW", "SHARED"],
    );
    assert.equal(second.handlers[0].workflowCompletionRetention, 86_400_000);
    assert.equal(second.handlers[1].workflowCompletionRetention, undefined);
  });

  it("refuses a server that cannot keep an option", () => {
    const lazy = object({ name: "O", options: { enableLazyState: true }, handlers: {} });
    const { status, body } = ask([lazy], { headers: { accept: manifestType(2) } });
    assert.equal(status, 500);
    assert.match(body!, /enableLazyState/);
  });

  it("takes the defaults of the endpoint where a service says nothing", () => {
    const endpoint = new Endpoint({
      services: [greeter, service({ name: "Other", options: { abortTimeout: 1 }, handlers: {} })],
      defaultServiceOptions: { abortTimeout: 5 },
      logger: () => {},
    });
    const answer = endpoint.handle({ path: "/discover", headers: {}, mode: "BIDI_STREAM" });
    const { services } = JSON.parse(
      new TextDecoder().decode(answer.kind === "complete" ? answer.body : undefined),
    );
    assert.deepEqual(
      services.map((s: { abortTimeout: number }) => s.abortTimeout),
      [5, 1],
    );
  });
});

describe("definitions", () => {
  it("are refused when they are wrong", () => {
    assert.throws(() => service({ name: "not a name", handlers: {} }), /not a valid service name/);
    assert.throws(
      () => service({ name: "A", handlers: { "a-b": async () => 1 } }),
      /not a valid handler name/,
    );
    assert.throws(() => workflow({ name: "A", handlers: {} as never }), /needs a handler 'run'/);
    assert.throws(() => new Endpoint({ services: [{ name: "A" }] }), /has no handlers/);
    assert.throws(() => new Endpoint({ services: [greeter, greeter] }), /Two services are named 'Greeter'/);
  });
});

describe("the SDK's name", () => {
  it("carries the version of the package", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.equal(SDK_SERVER_HEADER, `pawl-sdk-typescript/${version}`);
  });
});
