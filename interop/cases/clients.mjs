/** Clients for callers from outside: what they send again, when they give up, and how they say what went wrong. */
import assert from "node:assert/strict";
import { withEachClient } from "../harness/clients.mjs";
import { marked } from "../services/options.mjs";

/** A fetch whose first answers are made up; `sent` are the requests that it got. */
function interruptedFetch(...madeUp) {
  const sent = [];
  const answers = [...madeUp];
  const interrupted = async (input, init) => {
    const request = new Request(input, init);
    sent.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers) });
    const answer = answers.shift();
    if (answer === undefined) return await fetch(request);
    if (answer instanceof Error) throw answer;
    return new Response(answer.body ?? "", answer);
  };
  return { fetch: interrupted, sent };
}

const NETWORK = new TypeError("fetch failed");
const QUICK = { initialInterval: 1, maxInterval: 5 };

const clientCases = [
  [
    "what is safe to send again is, as often as the policy says",
    async (world, client) => {
      const connect = (retry, ...madeUp) => {
        const interrupted = interruptedFetch(...madeUp);
        const ingress = client.connect({ url: world.server.ingressUrl, retry, fetch: interrupted.fetch });
        return { ...interrupted, echo: ingress.serviceClient(world.definition("Echo")), ingress };
      };
      const once = () => client.rpc.opts({ idempotencyKey: world.unique() });
      const busy = { status: 503 };

      const safe = connect(QUICK, NETWORK, busy, { status: 429 }, { status: 408 });
      assert.equal(await safe.echo.echo(1, once()), 1);
      assert.equal(safe.sent.length, 5);
      assert.equal(new Set(safe.sent.map(({ headers }) => headers["idempotency-key"])).size, 1);

      const unsafe = connect(QUICK, busy);
      await assert.rejects(unsafe.echo.echo(1), { status: 503 });
      assert.equal(unsafe.sent.length, 1);

      const byDefault = connect(undefined, NETWORK);
      await assert.rejects(byDefault.echo.echo(1, once()), TypeError);
      assert.equal(byDefault.sent.length, 1);

      const limited = connect({ ...QUICK, maxAttempts: 2 }, busy, busy, busy);
      await assert.rejects(limited.echo.echo(1, once()), { status: 503 });
      assert.equal(limited.sent.length, 2);

      const refused = connect(QUICK, { status: 404 });
      await assert.rejects(refused.echo.echo(1, once()), { status: 404 });
      assert.equal(refused.sent.length, 1);

      const outcome = connect(QUICK, { status: 500, headers: { "x-restate-error-source": "invocation" } });
      await assert.rejects(outcome.echo.echo(1, once()), { status: 500 });
      assert.equal(outcome.sent.length, 1);

      const seen = [];
      const shouldRetry = (failure, attempt) => {
        seen.push([failure.kind, failure.status, failure.body, attempt]);
        return attempt === 0;
      };
      const own = connect({ ...QUICK, shouldRetry }, { status: 418, body: "tea" }, NETWORK);
      await assert.rejects(own.echo.echo(1, once()), TypeError);
      assert.deepEqual(seen, [
        ["response", 418, "tea", 0],
        ["network", undefined, undefined, 1],
      ]);

      const later = connect(QUICK, { status: 429, headers: { "retry-after": "1" } });
      const before = Date.now();
      await later.echo.echo(1, once());
      assert.ok(Date.now() - before >= 990);

      const workflow = connect(QUICK, busy);
      const submission = await workflow.ingress
        .workflowClient(world.definition("QuickFlow"), world.unique())
        .workflowSubmit("flows");
      assert.equal(submission.status, "Accepted");
      assert.equal(workflow.sent.length, 2);
    },
  ],
  [
    "a call is given up when its time is over, or when the caller says so",
    async (world, client) => {
      const [topic, gate] = [world.unique(), world.unique()];
      const echo = client.connect({ url: world.server.ingressUrl }).serviceClient(world.definition("Echo"));
      await assert.rejects(echo.noted({ topic, gate }, client.rpc.opts({ timeout: 50 })), {
        name: "TimeoutError",
      });
      const controller = new AbortController();
      const aborted = echo.noted({ topic, gate }, client.rpc.opts({ signal: controller.signal }));
      controller.abort();
      await assert.rejects(aborted, { name: "AbortError" });
      await assert.rejects(
        echo.noted({ topic, gate }, client.rpc.opts({ timeout: 50, signal: controller.signal })),
        /timeout/,
      );
      world.endpoint.open(gate);
    },
  ],
  [
    "headers are those of the connection and those of the call",
    async (world, client) => {
      const headers = { "x-connection": "all", "x-both": "connection" };
      const ingress = client.connect({ url: world.server.ingressUrl, headers });
      const own = { "x-call": "one", "x-both": "call" };
      const request = await ingress
        .serviceClient(world.definition("Echo"))
        .request(undefined, client.rpc.opts({ headers: own }));
      const { "x-connection": connection, "x-call": call, "x-both": both } = request.headers;
      assert.deepEqual([connection, call, both], ["all", "one", "call"]);
    },
  ],
  [
    "a failure tells the status and what the server said",
    async (world, client) => {
      const failing = client
        .connect({ url: world.server.ingressUrl })
        .serviceClient(world.definition("Failing"));
      const error = await failing.terminal({ message: "no way", errorCode: 418 }).catch((thrown) => thrown);
      assert.ok(error instanceof client.HttpCallError);
      assert.equal(error.status, 418);
      assert.equal(JSON.parse(error.responseText).message, "no way");
      assert.match(error.message, /418.*no way/s);
    },
  ],
  [
    "calls go by names alone, too, with bytes unless a serde is given",
    async (world, client) => {
      const { connect, rpc, serde } = client;
      const ingress = connect({ url: world.server.ingressUrl });
      const [key, idempotencyKey] = [world.unique(), world.unique()];
      const counter = { service: world.name("Counter"), handler: "add", key };
      const json = { input: serde.json, output: serde.json };
      assert.equal(await ingress.call({ ...counter, parameter: 2, opts: rpc.opts(json) }), 2);
      const sendOpts = rpc.sendOpts({ input: serde.json, idempotencyKey, delay: { milliseconds: 1 } });
      const send = await ingress.send({ ...counter, parameter: 3, opts: sendOpts });
      assert.deepEqual([send.status, send.attachable], ["Accepted", true]);
      assert.equal(await ingress.result(send), 5);
      assert.deepEqual(
        Array.from(await ingress.result(send, serde.binary)),
        [..."5"].map((c) => c.charCodeAt(0)),
      );
      const again = await ingress.send({ ...counter, parameter: 3, opts: sendOpts });
      assert.deepEqual([again.status, again.invocationId], ["PreviouslyAccepted", send.invocationId]);
      const bytes = await ingress.call({
        service: world.name("Echo"),
        handler: "bytes",
        parameter: Uint8Array.of(1, 2),
        opts: rpc.opts({ input: serde.binary, output: serde.binary }),
      });
      assert.deepEqual(Array.from(bytes), [2, 1]);
    },
  ],
  [
    "what was sent without an idempotency key cannot be asked for later",
    async (world, client) => {
      const ingress = client.connect({ url: world.server.ingressUrl });
      const send = await ingress.serviceSendClient(world.definition("Echo")).echo(1);
      assert.equal(send.attachable, false);
      await assert.rejects(ingress.result(send));
    },
  ],
  [
    "a scope needs flow control, which is not there",
    async (world, client) => {
      const scoped = client.connect({ url: world.server.ingressUrl }).scope("a-scope");
      const echo = scoped.serviceClient(world.definition("Echo"));
      await assert.rejects(echo.echo(1), { status: 400 });
    },
  ],
  [
    "durations are those of milliseconds",
    async (_world, { durationToMillis, millisOrDurationToMillis }) => {
      const duration = { days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 };
      assert.equal(durationToMillis(duration), 93_784_005);
      assert.deepEqual([7, { seconds: 2 }].map(millisOrDurationToMillis), [7, 2000]);
    },
  ],
  [
    "a serde of one call, or of the connection",
    async (world, client) => {
      const { connect, rpc } = client;
      const key = world.unique();
      const value = { a: 1 };
      const plain = connect({ url: world.server.ingressUrl });
      const object = plain.objectClient(world.definition("Marked"), key);
      const byCall = await object.written(value, rpc.opts({ input: marked, output: marked }));
      assert.deepEqual(byCall.input, value);
      const byConnection = connect({ url: world.server.ingressUrl, serde: marked });
      assert.deepEqual(await byConnection.objectClient(world.definition("Marked"), key).written(2), {
        input: 2,
        state: "marked:2",
        ran: { n: 1 },
        read: 2,
      });
    },
  ],
  [
    "workflows are submitted, watched and attached to",
    async (world, client) => {
      const { connect, rpc } = client;
      const ingress = connect({ url: world.server.ingressUrl });
      const [key, topic] = [world.unique(), world.unique()];
      const flow = ingress.workflowClient(world.definition("Flow"), key);
      const submission = await flow.workflowSubmit(
        { topic, result: 1 },
        rpc.sendOpts({ headers: { "x-own": "a" } }),
      );
      assert.deepEqual([submission.status, submission.attachable], ["Accepted", true]);
      await world.endpoint.noted(topic);
      assert.equal((await flow.workflowSubmit({ topic })).status, "PreviouslyAccepted");
      const output = await flow.workflowOutput();
      assert.equal(output.ready, false);
      assert.throws(() => output.result);
      const attached = flow.workflowAttach();
      await flow.click("yes");
      const expected = { key, clicked: "yes", result: 1 };
      assert.deepEqual(await attached, expected);
      assert.deepEqual((await flow.workflowOutput()).result, expected);
      assert.deepEqual(await ingress.result(submission), expected);
    },
  ],
  [
    "awakeables are completed",
    async (world, client) => {
      const ingress = client.connect({ url: world.server.ingressUrl });
      const wait = async (handler) => {
        const topic = world.unique();
        const result = world.service("Awake")[handler](topic);
        const [id] = await world.endpoint.noted(topic);
        return [id, result];
      };
      const [bytesId, bytes] = await wait("waitForBytes");
      await ingress.resolveAwakeable(bytesId, Uint8Array.of(1, 2), client.serde.binary);
      assert.deepEqual(await bytes, [1, 2]);
      const [nothingId, nothing] = await wait("waitForNothing");
      await ingress.resolveAwakeable(nothingId);
      assert.equal(await nothing, true);
      const [rejectedId, rejected] = await wait("wait");
      await ingress.rejectAwakeable(rejectedId, "no");
      assert.equal((await rejected).message, "no");
    },
  ],
];

export const clients = clientCases.flatMap(([name, run]) => withEachClient(`clients: ${name}`, run));
