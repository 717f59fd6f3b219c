import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { LambdaFunctions } from "../aws/lambda-functions.js";
import type { AttemptFailure } from "../partition/model.js";
import type { LambdaEndpoint } from "./endpoint.js";
import { attemptOn } from "./harness.test.js";
import type { AttemptRequest, Invoker } from "./invoker.js";
import { createLambdaInvoker } from "./lambda-invoker.js";

const ENDPOINT: LambdaEndpoint = {
  deploymentId: "dp_1",
  arn: "arn:aws:lambda:eu-central-1:123456789012:function:greeter:1",
  assumeRoleArn: null,
  compression: null,
  protocolType: "RequestResponse",
  additionalHeaders: {},
};

let server: Server;
let invoker: Invoker<LambdaEndpoint>;
/** Invocations that AWS has not answered, as they come. */
let waiting: ServerResponse[];

beforeEach(async () => {
  waiting = [];
  server = createServer((_request, response) => {
    waiting.push(response);
    server.emit("invoked");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const environment = {
    AWS_ACCESS_KEY_ID: "AKIA",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  invoker = createLambdaInvoker(new LambdaFunctions({ environment }));
});
afterEach(async () => {
  await invoker.close();
  server.close();
  server.closeAllConnections();
});

function start(more: Partial<AttemptRequest> = {}) {
  const request = { ...attemptOn("http://unused/"), ...more, endpoint: ENDPOINT };
  let fail: (failure: AttemptFailure) => void = () => {};
  const failed = new Promise<AttemptFailure>((resolve) => {
    fail = resolve;
  });
  const events = {
    frames: () => assert.fail("nothing was answered"),
    failed: (failure: AttemptFailure) => fail(failure),
  };
  return { attempt: invoker.start(request, events), failed };
}

test("a function that does not answer in time is given up", async () => {
  const { failed } = start({ abortTimeoutMs: 50 });
  await once(server, "invoked");
  const gone = once(waiting[0] as ServerResponse, "close");
  const { docCode, message } = await failed;
  assert.equal(docCode, "RT0001");
  assert.match(message, /^POST arn:aws:lambda:.*:greeter:1\/invoke\/.*50 ms \(abort timeout\)/);
  await gone;
});

test("an attempt that is closed lets go of its function, and says nothing", async () => {
  const { attempt, failed } = start();
  await once(server, "invoked");
  const gone = once(waiting[0] as ServerResponse, "close");
  attempt.close();
  await gone;
  const next = start();
  await once(server, "invoked");
  waiting[1]?.writeHead(500, { "x-amzn-errortype": "ServiceException:http://docs" }).end("{}");
  // The second one's failure has come, so that of the first would have.
  assert.match((await Promise.race([next.failed, failed])).message, /status 500, ServiceException: \{\}/);
});

test("closing the invoker ends what is under way, and nothing starts any more", async () => {
  start();
  await once(server, "invoked");
  const gone = once(waiting[0] as ServerResponse, "close");
  await invoker.close();
  await gone;
  start();
  assert.equal(waiting.length, 1);
});

test("AWS that cannot be reached is a failure that says where", async () => {
  server.close();
  const { docCode, message } = await start().failed;
  assert.equal(docCode, "RT0010");
  assert.match(message, /http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
});

test("a key that is no text cannot be sent", async () => {
  const { docCode } = await start({ key: "\ud800" }).failed;
  assert.equal(docCode, "RT0012");
});
