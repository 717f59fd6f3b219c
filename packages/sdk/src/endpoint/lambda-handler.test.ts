import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FrameDecoder, messageName } from "@pawl/protocol";
import { zstd } from "@pawl/protocol/zstd";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { input, journal } from "../machine/story.test.kit.js";
import { createEndpointHandler, endpoint, type LambdaResponse } from "./lambda-handler.js";

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: Context, name: string) =>
      `${name}, ${(ctx.request().extraArgs[0] as { awsRequestId: string }).awsRequestId}`,
    wait: async (ctx: Context) => {
      await ctx.awakeable().promise;
    },
    large: async (_ctx: Context, characters: number) => "x".repeat(characters),
  },
});
const options = { services: [greeter], logger: () => {} };
const context = { awsRequestId: "request-1" };
const MANIFEST_TYPE = "application/vnd.restate.endpointmanifest.v4+json";
const INVOCATION_TYPE = "application/vnd.restate.invocation.v6";

const opening = (value: unknown): Buffer => Buffer.concat(journal([input(JSON.stringify(value))]));

/** Events of the front doors that a function can have; only the fields that matter, in the case that they use. */
const shapes = {
  "API Gateway REST API": (path: string, type: string, body?: Buffer) => ({
    resource: "/{proxy+}",
    httpMethod: "POST",
    path: `/stage${path}`,
    headers: { "Content-Type": type, Accept: type },
    multiValueHeaders: { "Content-Type": [type] },
    body: body?.toString("base64") ?? null,
    isBase64Encoded: body !== undefined,
  }),
  "API Gateway HTTP API, function URL": (path: string, type: string, body?: Buffer) => ({
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers: { "content-type": type, accept: type },
    requestContext: { http: { method: "POST", path } },
    ...(body && { body: body.toString("base64") }),
    isBase64Encoded: body !== undefined,
  }),
  "load balancer": (path: string, type: string, body?: Buffer) => ({
    path,
    multiValueHeaders: { "content-type": [type], accept: [type] },
    body: body?.toString("base64") ?? "",
    isBase64Encoded: true,
  }),
};

const bodyOf = (response: LambdaResponse): Buffer => Buffer.from(response.body, "base64");

function names(body: Uint8Array): string[] {
  const frames = new FrameDecoder();
  frames.push(new Uint8Array(body));
  const found: string[] = [];
  for (let frame = frames.next(); frame !== undefined; frame = frames.next())
    found.push(messageName(frame.type));
  return found;
}

for (const [shape, event] of Object.entries(shapes)) {
  describe(`the Lambda handler behind: ${shape}`, () => {
    const handler = createEndpointHandler(options);

    it("answers discovery", async () => {
      const response = await handler(event("/discover", MANIFEST_TYPE), context);
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers["content-type"], MANIFEST_TYPE);
      assert.equal(response.isBase64Encoded, true);
      const manifest = JSON.parse(bodyOf(response).toString());
      assert.equal(manifest.protocolMode, "REQUEST_RESPONSE");
      assert.equal(manifest.lambdaCompression, zstd === undefined ? undefined : "zstd");
    });

    it("runs a handler, which finds the context of the function", async () => {
      const response = await handler(
        event("/invoke/Greeter/greet", INVOCATION_TYPE, opening("Ada")),
        context,
      );
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers["content-type"], INVOCATION_TYPE);
      assert.deepEqual(names(bodyOf(response)), ["Output", "End"]);
      assert.match(bodyOf(response).toString(), /"Ada, request-1"/);
    });

    it("suspends a handler that has to wait", async () => {
      const response = await handler(event("/invoke/Greeter/wait", INVOCATION_TYPE, opening(null)), context);
      assert.deepEqual(names(bodyOf(response)), ["Suspension"]);
    });

    it("answers what it does not know with 404 and 415", async () => {
      assert.equal(
        (await handler(event("/invoke/Nobody/x", INVOCATION_TYPE, opening(1)), context)).statusCode,
        404,
      );
      assert.equal((await handler(event("/invoke/Greeter/greet", "text/plain"), context)).statusCode, 415);
    });
  });
}

const viaHttpApi = shapes["API Gateway HTTP API, function URL"];

describe("the Lambda handler", () => {
  it("takes a body that is text", async () => {
    const text = viaHttpApi("/discover", MANIFEST_TYPE);
    const response = await endpoint()
      .bind(greeter)
      .setLogger(() => {})
      .handler()({ ...text, body: "text" }, context);
    assert.equal(response.statusCode, 200);
  });

  it("refuses events that are no requests", async () => {
    for (const event of [undefined, {}, { Records: [] }, "text"]) {
      const response = await createEndpointHandler(options)(event, context);
      assert.equal(response.statusCode, 400);
      assert.match(bodyOf(response).toString(), /neither 'path' nor 'rawPath'/);
    }
  });

  it("refuses what it cannot unpack", async () => {
    for (const encoding of ["gzip", "zstd"]) {
      const event = viaHttpApi("/invoke/Greeter/greet", INVOCATION_TYPE, Buffer.from("neither"));
      const headers = { ...event.headers, "content-encoding": encoding };
      const response = await createEndpointHandler(options)({ ...event, headers }, context);
      assert.equal(response.statusCode, 500);
      assert.match(bodyOf(response).toString(), /cannot be unpacked/);
    }
  });

  it("compresses large answers, and takes compressed requests, where Node can", {
    skip: zstd === undefined,
  }, async () => {
    const large = 4 * 1024 * 1024;
    const event = viaHttpApi(
      "/invoke/Greeter/large",
      INVOCATION_TYPE,
      Buffer.from(zstd!.compress(opening(large))),
    );
    const headers = { ...event.headers, "content-encoding": "zstd" };
    const plain = await createEndpointHandler(options)({ ...event, headers }, context);
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.ok(bodyOf(plain).length > large);
    const accepting = { ...headers, "accept-encoding": "zstd" };
    const packed = await createEndpointHandler(options)({ ...event, headers: accepting }, context);
    assert.equal(packed.headers["content-encoding"], "zstd");
    assert.ok(bodyOf(packed).length < large / 100);
    assert.deepEqual(Buffer.from(zstd!.decompress(bodyOf(packed))), bodyOf(plain));
  });
});
