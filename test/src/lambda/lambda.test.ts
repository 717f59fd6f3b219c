import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { createEndpointHandler, type LambdaHandler } from "@pawl/sdk/lambda";
import { prepareServer, type TestServer } from "../processes.js";
import { FakeAws } from "./fake-aws.js";
import { createServices } from "./services.js";

const FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:greeter";
const ROLE = "arn:aws:iam::123456789012:role/invoker";
const JSON_HEADERS = { "content-type": "application/json", accept: "application/json" };
const INVOCATION_WAIT_MS = 20_000;

type Json = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly body: Json;
}

const aws = new FakeAws({ accessKeyId: "AKIASERVER", secretAccessKey: "server/secret" });
let server: TestServer;
before(async () => {
  await aws.open();
  server = await prepareServer({
    AWS_ACCESS_KEY_ID: "AKIASERVER",
    AWS_SECRET_ACCESS_KEY: "server/secret",
    AWS_SESSION_TOKEN: "",
    AWS_ENDPOINT_URL: aws.url,
    PAWL_WORKER__INVOKER__AWS_ASSUME_ROLE_EXTERNAL_ID: "tenant-7",
    PAWL_WORKER__INVOKER__REQUEST_COMPRESSION_THRESHOLD: "1KiB",
    PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "10ms",
  });
  await server.process.start();
});
after(async () => {
  await server.remove();
  aws.close();
});
afterEach(() => {
  aws.invocations.length = 0;
  aws.instead.length = 0;
});

async function admin(method: string, path: string, body?: Json): Promise<Answer> {
  const response = await fetch(`${server.admin}${path}`, {
    method,
    ...(body && { headers: JSON_HEADERS, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Json) };
}

async function call(path: string, input: unknown): Promise<unknown> {
  const response = await fetch(`${server.ingress}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(INVOCATION_WAIT_MS),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

/** A version of the function, with services of a name of their own. */
async function deploy(name: string, version: string, more: Json = {}) {
  const { services, steps } = createServices(name);
  const arn = `${FUNCTION}:${version}`;
  aws.functions.set(arn, createEndpointHandler({ services, logger: () => {} }));
  const { status, body } = await admin("POST", "/deployments", { arn, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  aws.invocations.length = 0;
  return { arn, id: String(body.id), steps };
}

describe("a deployment on AWS Lambda", () => {
  it("is registered by its ARN, shown, and found by SQL", async () => {
    const { arn, id } = await deploy("Shown", "1", { additional_headers: { "x-team": "a" } });
    const { body } = await admin("GET", `/deployments/${id}`);
    const { created_at, services, sdk_version, compression, ...rest } = body;
    assert.deepEqual(rest, {
      id,
      arn,
      additional_headers: { "x-team": "a" },
      min_protocol_version: 5,
      max_protocol_version: 7,
    });
    assert.ok(typeof created_at === "string" && typeof sdk_version === "string");
    assert.ok(compression === undefined || compression === "Zstd");
    assert.deepEqual(
      (services as Json[]).map(({ name }) => name),
      ["Shown"],
    );
    const again = await admin("POST", "/deployments", { arn, additional_headers: { "x-team": "a" } });
    assert.deepEqual([again.status, again.body.id], [200, id]);
    const { rows } = (
      await admin("POST", "/query", { query: `SELECT ty, endpoint FROM sys_deployment WHERE id = '${id}'` })
    ).body;
    assert.deepEqual(rows, [{ ty: "lambda", endpoint: arn }]);
    await admin("DELETE", `/deployments/${id}?force=true`);
    assert.equal((await admin("GET", `/deployments/${id}`)).status, 404);
  });

  it("suspends where a handler waits, and goes on with its journal; a step is done once", async () => {
    const { arn, steps } = await deploy("Waiting", "2", { additional_headers: { "x-team": "a" } });
    assert.deepEqual(await call("Waiting/work", "Ada"), ["step of Ada", arn]);
    assert.equal(steps.length, 1);
    assert.ok(aws.invocations.length >= 2, "it suspended");
    for (const { arn: invoked, event, accessKeyId } of aws.invocations) {
      assert.equal(invoked, arn);
      assert.equal(accessKeyId, "AKIASERVER");
      assert.equal(event.httpMethod, "POST");
      assert.equal(event.path, "/invoke/Waiting/work");
      assert.match(event.headers["content-type"] ?? "", /^application\/vnd\.restate\.invocation\.v\d$/);
      assert.match(event.headers["x-restate-invocation-id"] ?? "", /^inv_/);
      assert.equal(event.headers["x-team"], "a");
      assert.equal(event.isBase64Encoded, true);
    }
  });

  it("takes large requests, compressed where both sides can", async () => {
    await deploy("Large", "3");
    const text = "x".repeat(100_000);
    assert.equal(await call("Large/echo", text), text);
    const [{ event }] = aws.invocations as [(typeof aws.invocations)[0]];
    const isPacked = event.headers["content-encoding"] === "zstd";
    assert.equal(isPacked, event.headers["accept-encoding"] === "zstd");
    assert.equal(event.body.length < 10_000, isPacked);
  });

  it("is invoked in the name of the role that it is registered with", async () => {
    const { id } = await deploy("InRole", "4", { assume_role_arn: ROLE });
    assert.equal((await admin("GET", `/deployments/${id}`)).body.assume_role_arn, ROLE);
    await call("InRole/echo", 1);
    assert.deepEqual(
      aws.invocations.map(({ accessKeyId }) => accessKeyId),
      ["ASIAROLE"],
    );
    // Asked for once, at discovery.
    assert.equal(aws.assumed.length, 1);
    assert.equal(aws.assumed[0]?.get("RoleArn"), ROLE);
    assert.equal(aws.assumed[0]?.get("ExternalId"), "tenant-7");
  });

  const trouble = [
    {
      what: "a function that fails",
      instead: {
        status: 200,
        headers: { "x-amz-function-error": "Unhandled" },
        body: { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 3.00 seconds" },
      },
      says: /Task timed out after 3\.00 seconds.*\(RT0010\)/,
    },
    {
      what: "throttling",
      instead: {
        status: 429,
        headers: { "x-amzn-errortype": "TooManyRequestsException", "retry-after": "0" },
        body: { Type: "User", message: "Rate Exceeded." },
      },
      says: /TooManyRequestsException: Rate Exceeded\..*\(RT0023\)/,
    },
    {
      what: "a refusal",
      instead: {
        status: 403,
        headers: { "x-amzn-errortype": "AccessDeniedException" },
        body: { Message: "not authorized to perform: lambda:InvokeFunction" },
      },
      says: /AccessDeniedException: not authorized.*lambda:InvokeFunction on the function\. \(RT0010\)/,
    },
    {
      what: "an answer of something that is no SDK",
      instead: { status: 200, body: "Hello from Lambda!" },
      says: /not that of an SDK's Lambda handler.*\(RT0010\)/,
    },
  ];
  for (const [index, { what, instead, says }] of trouble.entries()) {
    it(`is tried again after ${what}`, async () => {
      const name = `Trouble${index}`;
      await deploy(name, `trouble-${index}`);
      aws.instead.push(instead);
      assert.equal(await call(`${name}/echo`, "there"), "there");
      assert.equal(aws.invocations.length, 2);
      assert.match(server.process.output, says);
    });
  }

  it("converts payloads for people", async () => {
    await deploy("Converted", "7");
    const convert = (operation: string, body: Uint8Array<ArrayBuffer>) =>
      fetch(`${server.admin}/internal/services/Converted/serdes/${operation}/next/input`, {
        method: "POST",
        body,
      });
    const decoded = await convert("decode", Uint8Array.of(200));
    assert.deepEqual([decoded.status, await decoded.json()], [200, 200]);
    const encoded = await convert("encode", new TextEncoder().encode("200"));
    assert.deepEqual(
      [encoded.status, new Uint8Array(await encoded.arrayBuffer())],
      [200, Uint8Array.of(200)],
    );
    const refused = await convert("encode", new TextEncoder().encode("{"));
    assert.equal(refused.status, 500);
    assert.match(await refused.text(), /answered with status 422/);
  });

  it("is updated in place: another version of the function, the same deployment", async () => {
    const { id, arn } = await deploy("Moved", "5");
    const { services } = createServices("Moved");
    const next = `${FUNCTION}:6`;
    aws.functions.set(next, createEndpointHandler({ services, logger: () => {} }) as LambdaHandler);
    const { status, body } = await admin("PATCH", `/deployments/${id}`, { arn: next });
    assert.deepEqual([status, body.id, body.arn], [200, id, next]);
    aws.functions.delete(arn);
    assert.deepEqual(await call("Moved/work", "Eve"), ["step of Eve", next]);
    const refused = await admin("PATCH", `/deployments/${id}`, { uri: "http://localhost:9080" });
    assert.equal(refused.status, 400);
    assert.match(String(refused.body.message), /'uri'.*is a Lambda function/);
  });

  it("is refused with a reason when it cannot be registered", async () => {
    const bidirectional: LambdaHandler = async () => ({
      statusCode: 200,
      headers: { "content-type": "application/vnd.restate.endpointmanifest.v4+json" },
      body: JSON.stringify({
        protocolMode: "BIDI_STREAM",
        minProtocolVersion: 5,
        maxProtocolVersion: 7,
        services: [],
      }),
      isBase64Encoded: false as never,
    });
    aws.functions.set(`${FUNCTION}:both-ways`, bidirectional);
    for (const [request, status, code, message] of [
      [{ arn: FUNCTION }, 400, null, /Append a version/],
      [{ arn: "arn:aws:s3:::bucket" }, 400, null, /is no ARN of a Lambda function/],
      [{ arn: `${FUNCTION}:9`, assume_role_arn: "invoker" }, 400, null, /is no ARN of a role/],
      [{ arn: `${FUNCTION}:9`, uri: "http://localhost:1" }, 400, null, /there is an arn beside it/],
      [{ uri: "http://localhost:1", assume_role_arn: ROLE }, 400, null, /belongs to an arn/],
      [{ arn: `${FUNCTION}:9` }, 500, "META0003", /ResourceNotFoundException: Function not found/],
      [{ arn: `${FUNCTION}:both-ways` }, 500, "META0015", /use the SDK's handler for Lambda/],
    ] as const) {
      const answer = await admin("POST", "/deployments", request);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.equal(answer.body.restate_code, code);
      assert.match(String(answer.body.message), message);
    }
  });
});
