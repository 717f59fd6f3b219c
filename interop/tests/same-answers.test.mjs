/** The same requests to both servers get the same answers, in what a program may rely on. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Endpoint } from "../harness/endpoint.mjs";
import { started } from "../harness/processes.mjs";
import { startServer, V7_SETTINGS } from "../harness/servers.mjs";

const WITHIN_MS = 20_000;
const [ECHO, COUNTER, FLOW, FAILING] = ["Echo", "Counter", "Flow", "Failing"].map(
  (name) => `${name}_v7_bidi`,
);
const NOBODY = "inv_1amAdRCKqAq74cX6828MX7fPyl9P5b7Zhm";
const NO_AWAKEABLE = "sign_1AZnONVYQjEKZAAAAAAAAAAAAAAAAAAAAAAAAEQ";
const NO_DEPLOYMENT = "dp_17sztQp4gnEC1L0OCFM9aEh";
const JSON_TYPE = { "content-type": "application/json" };

/** Bodies: a string is sent as it is, anything else as JSON. */
const INGRESS = [
  ["POST", `/${ECHO}/echo`, 1],
  ["POST", `/${ECHO}/echo`, "{not JSON, of no interest to the server", JSON_TYPE],
  ["POST", `/${ECHO}/echo`, "", JSON_TYPE],
  ["POST", `/${ECHO}/echo`, "text", {}],
  ["POST", `/${ECHO}/echo`, "text", { "content-type": "text/plain" }],
  ["POST", `/${ECHO}/echo/`, 1],
  ["POST", `/${ECHO}/bytes`, 1],
  ["POST", `/${ECHO}/bytes`, "abc", { "content-type": "application/octet-stream" }],
  ["POST", `/${ECHO}/anyType`, "abc", { "content-type": "text/html;charset=utf-8" }],
  ["POST", `/${ECHO}/anyType`],
  ["GET", `/${ECHO}/nothing`],
  ["PUT", `/${ECHO}/echo`, 1],
  ["DELETE", `/${ECHO}/echo`],
  ["POST", `/${ECHO}/private`],
  ["POST", `/${ECHO}/missing`],
  ["POST", "/Missing/handler"],
  ["POST", `/${ECHO}`],
  ["POST", "/"],
  ["POST", "/a/b/c/d/e/f/g/h"],
  ["POST", `/${COUNTER}//get`],
  ["POST", `/${COUNTER}/%20%2F/get`],
  ["POST", `/${ECHO}/echo?delay=1s`, 1],
  ["POST", `/${ECHO}/echo/send`, 1],
  ["POST", `/${ECHO}/echo/send?other=1`, 1],
  ...["nope", "-1s", "", "100", "P1D", "1h%205m", "60000ms", "PT0.5S", "10%20sec"].map((delay) => [
    "POST",
    `/${ECHO}/echo/send?delay=${delay}`,
    1,
  ]),
  ["POST", `/${ECHO}/echo`, 1, { "idempotency-key": "a" }],
  ["POST", `/${ECHO}/echo`, 2, { "idempotency-key": "a" }],
  ["POST", `/${ECHO}/echo/send`, 2, { "idempotency-key": "a" }],
  ["POST", `/${ECHO}/echo/send?delay=1h`, 2, { "idempotency-key": "later" }],
  ["POST", `/${ECHO}/echo/send?delay=2h`, 2, { "idempotency-key": "later" }],
  ["GET", `/restate/invocation/${ECHO}/echo/later/output`, undefined, {}, { differs: "Pawl tells the id" }],
  ...["attach", "output"].flatMap((action) => [
    ["GET", `/restate/invocation/${ECHO}/echo/a/${action}`],
    ["GET", `/restate/invocation/Missing/missing/a/${action}`],
    ["GET", `/restate/invocation/inv_1nonsense/${action}`],
    ["GET", `/restate/${action}/inv_1nonsense`],
    [
      "POST",
      `/restate/${action}`,
      { target: "idempotentInvocation", service: ECHO, handler: "echo", idempotencyKey: "a" },
    ],
    ["GET", `/restate/invocation/${ECHO}/echo/missing/${action}`],
    ["GET", `/restate/invocation/${NOBODY}/${action}`],
    ["GET", `/restate/workflow/${FLOW}/missing/${action}`],
    ["GET", `/restate/${action}/${NOBODY}`],
    ["POST", `/restate/${action}`, { target: "workflow", workflowName: FLOW, workflowKey: "missing" }],
  ]),
  [
    "POST",
    "/restate/lookup",
    { target: "workflow", workflowName: FLOW, workflowKey: "any" },
    {},
    { ids: true },
  ],
  ["POST", "/restate/lookup", { target: "invocation", invocationId: NOBODY }, {}, { ids: true }],
  [
    "POST",
    "/restate/lookup",
    { target: "idempotentInvocation", service: COUNTER, key: "k", handler: "add", idempotencyKey: "b" },
    {},
    { ids: true },
  ],
  ...["resolve", "reject"].flatMap((action) => [
    ["POST", `/restate/awakeables/nonsense/${action}`, "text", {}],
    ["POST", `/restate/awakeables/sign_1nonsense/${action}`, "text", {}],
    ["POST", `/restate/awakeables/${NO_AWAKEABLE}/${action}`, "text", {}],
    ["POST", `/restate/a/sign_1nonsense/${action}`, "text", {}],
    ["GET", `/restate/awakeables/sign_1nonsense/${action}`],
  ]),
  ["POST", "/restate/awakeables/sign_1nonsense/other"],
  ["POST", "/restate/health"],
  ["GET", "/restate/missing"],
  ["GET", "/restate"],
  ["GET", "/openapi"],
  ["GET", "/health"],
  ["POST", `/restate/call/${ECHO}/echo`, 1],
  ["POST", `/restate/send/${ECHO}/echo`, 1],
  ["POST", `/restate/call/${ECHO}/echo?delay=1s`, 1],
  ["POST", `/${ECHO}/echo`, 1, { origin: "http://a.example" }],
  ["POST", `/${ECHO}/missing`, 1, { origin: "http://a.example" }],
  ["OPTIONS", `/${ECHO}/echo`],
  ["POST", `/${FLOW}/w1/click`, "x"],
  ["POST", `/${FLOW}/w1/click`, '"x"', JSON_TYPE],
  ["POST", `/${FLOW}/w1/run`, { topic: "t" }],
  ["POST", `/${FLOW}/w1/run`, { topic: "t" }],
  ["POST", `/${FLOW}/w1/run/send`, { topic: "t" }],
  ["POST", `/${FLOW}/w1/run/send?delay=1s`, { topic: "t" }],
  ["GET", `/restate/workflow/${FLOW}/w1/attach`],
  ["GET", `/restate/workflow/${FLOW}/w1/output`],
  ["POST", `/${FLOW}/w2/run`, { topic: "t" }, { "idempotency-key": "a" }],
  ["POST", `/${FLOW}/w2/peek`, undefined, { "idempotency-key": "a" }],
  ...[418, 99, 1000, 599].map((errorCode) => [
    "POST",
    `/${FAILING}/terminal`,
    { message: "m", errorCode, metadata: { a: "b" } },
  ]),
  ["POST", `/${ECHO}/key/echo`, 1, {}, { differs: "Pawl: 404, there is no such service with keys" }],
  ["POST", `/${COUNTER}/add`, 1, {}, { differs: "Pawl: 404, there is no such service without keys" }],
  ["POST", `/${COUNTER}/%zz/get`, undefined, {}, { differs: "Pawl: 400, not a percent-encoded text" }],
  ["POST", `/${ECHO}/echo`, 1, { "idempotency-key": "" }, { differs: "Pawl: 400, the key is empty" }],
  [
    "POST",
    "/restate/output",
    "{",
    JSON_TYPE,
    { differs: "Pawl: 400, it is the client's fault; official: 500" },
  ],
  [
    "POST",
    `/${FAILING}/terminal`,
    { message: "m", errorCode: 204 },
    {},
    { differs: "Pawl: 500, a failure is no success" },
  ],
];

const ADMIN = [
  ["GET", "/health"],
  ["GET", "/v2/health"],
  ["GET", "/v4/health"],
  ["GET", "/v1/health"],
  ["GET", "/v5/health"],
  ["GET", "/missing"],
  ["GET", "/deployments"],
  ["GET", "/services"],
  ...[ECHO, COUNTER, FLOW, "Missing"].map((service) => ["GET", `/services/${service}`]),
  ["GET", `/services/${ECHO}/handlers`],
  ["GET", `/services/${ECHO}/handlers/echo`],
  ["GET", `/services/${ECHO}/handlers/missing`],
  ["PUT", `/services/${ECHO}`],
  ["GET", `/deployments/${NO_DEPLOYMENT}`],
  ["GET", "/deployments/dp_1nonsense"],
  ["DELETE", `/deployments/${NO_DEPLOYMENT}`],
  ["DELETE", `/deployments/${NO_DEPLOYMENT}?force=true`],
  ["POST", "/deployments", { uri: "http://127.0.0.1:1/" }],
  ["POST", "/deployments", { uri: "nonsense" }],
  ["POST", "/deployments", "{", JSON_TYPE],
  ["PATCH", `/services/${ECHO}`, {}],
  [
    "PATCH",
    `/services/${ECHO}`,
    {
      journal_retention: "2h",
      idempotency_retention: "PT1H",
      inactivity_timeout: "5s",
      abort_timeout: "1m 3s",
    },
  ],
  ["GET", `/services/${ECHO}`],
  ["PATCH", `/services/${ECHO}`, { workflow_completion_retention: "2h" }],
  ["PATCH", `/services/${FLOW}`, { workflow_completion_retention: "2h" }],
  ["PATCH", `/services/${ECHO}`, { public: false }],
  ["GET", `/services/${ECHO}`],
  ["PATCH", `/services/${ECHO}`, { public: true }],
  ["PATCH", "/services/Missing", { public: true }],
  ...["cancel", "kill", "purge", "resume"].flatMap((action) => [
    ["PATCH", `/invocations/inv_1nonsense/${action}`],
    ["PATCH", `/invocations/${NOBODY}/${action}`],
  ]),
  ["POST", "/deployments", {}, {}, { differs: "Pawl: 400; official: 422" }],
  ["PATCH", `/services/${ECHO}`, { journal_retention: "soon" }, {}, { differs: "Pawl: 400; official: 422" }],
];

/** Of the headers, these mean something to callers. The lists of allowed methods and headers are checked elsewhere. */
const HEADERS = ["content-type", "x-restate-error-source", "access-control-allow-origin", "location"];

describe("the same requests get the same answers", () => {
  let endpoint;
  let servers;

  before(async () => {
    [endpoint, ...servers] = await started(
      Endpoint.start({ sdk: "official", variants: [{ protocol: 7, transport: "bidi" }] }),
      startServer("official", { settings: V7_SETTINGS.official }),
      startServer("pawl"),
    );
    for (const server of servers) await server.register(endpoint.uri(0));
  });

  after(async () => {
    for (const each of [endpoint, ...(servers ?? [])]) await each?.stop();
  });

  async function answers(isAdmin, [method, path, body, headers = {}, { ids = false } = {}]) {
    const isText = typeof body === "string";
    const request = {
      method,
      headers: { ...(body !== undefined && !isText && JSON_TYPE), ...headers },
      body: isText || body === undefined ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(WITHIN_MS),
    };
    return await Promise.all(
      servers.map(async ({ adminUrl, ingressUrl }) => {
        const response = await fetch(`${isAdmin ? adminUrl : ingressUrl}${path}`, request);
        return essentials(response, await response.text(), { isAdmin, keepsIds: ids });
      }),
    );
  }

  for (const [what, requests, isAdmin] of [
    ["ingress", INGRESS, false],
    ["admin", ADMIN, true],
  ]) {
    it(`to the ${what}`, { timeout: 3 * WITHIN_MS }, async (t) => {
      for (const [index, request] of requests.entries()) {
        const [method, path, body, , { differs } = {}] = request;
        await t.test(`${index + 1}: ${method} ${path} ${JSON.stringify(body) ?? ""}`, async () => {
          const [official, pawl] = await answers(isAdmin, request);
          if (differs === undefined) assert.deepEqual(pawl, official);
          else assert.notDeepEqual(pawl, official, `no longer differs: ${differs}`);
        });
      }
    });
  }
});

function essentials(response, text, { isAdmin, keepsIds }) {
  const { status } = response;
  const headers = Object.fromEntries(HEADERS.map((name) => [name, response.headers.get(name)]));
  // What tells where to look stays out: "dp_1..." differs.
  if (headers.location !== null) headers.location = headers.location.replace(/dp_1\w+/, "DEPLOYMENT");
  const isJson = headers["content-type"]?.includes("json") && text !== "";
  let body = isJson ? JSON.parse(text) : text;
  if (isAdmin && (status >= 400 || text === "")) {
    // Some errors of the official server are plain text.
    headers["content-type"] = undefined;
    body = (isJson && body.restate_code) || undefined;
  } else if (body?.source === "ingress") {
    assert.equal(typeof body.message, "string");
    body = { ...body, message: "words of the server's own" };
  }
  return {
    status,
    headers,
    hasId: response.headers.has("x-restate-id"),
    hasExpiry: response.headers.has("idempotency-expires"),
    body: normalized(body, keepsIds),
  };
}

/** Without ids and times; lists of named things in the order of the names. */
function normalized(value, keepsIds) {
  if (typeof value === "string") {
    const timeless = value
      .replace(/^\d{4}-\d\d-\d\dT.*/, "TIME")
      .replace(/dp_1[0-9a-zA-Z]{22}/g, "DEPLOYMENT");
    return timeless.replace(/inv_1[0-9a-zA-Z]{11}([0-9a-zA-Z]{22})/g, (_id, end) =>
      keepsIds ? `inv_1 and the partition's part, then ${end}` : "INVOCATION",
    );
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => normalized(item, keepsIds));
    return items.every((item) => typeof item?.name === "string")
      ? items.toSorted((a, b) => (a.name < b.name ? -1 : 1))
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalized(item, keepsIds)]));
}
