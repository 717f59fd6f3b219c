import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConnectionOpts } from "./api.js";
import { createIngress } from "./connect.js";
import { HttpCallError } from "./errors.js";
import { rpc } from "./options.js";
import { createTransport } from "./transport.js";

type Answer = () => Response;
const ok: Answer = () => new Response('{"invocationId":"inv_1","status":"Accepted"}');
const busy: Answer = () => new Response("busy", { status: 503 });
const unreachable: Answer = () => {
  throw new TypeError("fetch failed");
};
/** The connection breaks in the middle of the body. */
const torn: Answer = () =>
  new Response(
    new ReadableStream({
      pull: (controller) => controller.error(new TypeError("terminated")),
    }),
  );

/** An ingress that gives these answers one after the other, and a clock that moves when somebody sleeps. */
function ingress(answers: readonly Answer[], options: Partial<ConnectionOpts> = { retry: true }) {
  const attempts: string[] = [];
  const sleeps: number[] = [];
  let now = 0;
  const connection: ConnectionOpts = {
    url: "http://ingress",
    ...options,
    fetch: async (_url, init) => {
      attempts.push((init!.headers as Record<string, string>)["x-restateclient-retry-attempt"]!);
      return answers[attempts.length - 1]!();
    },
  };
  const transport = createTransport(connection, {
    nowUnixMs: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      sleeps.push(ms);
      now += ms;
    },
  });
  return { client: createIngress(connection, transport), attempts, sleeps };
}

const greet = { service: "Greeter", handler: "greet", parameter: "bob" };
const idempotent = rpc.opts<string, unknown>({ idempotencyKey: "i" });

describe("requests that failed on their way", () => {
  it("are repeated, and say which attempt they are", async () => {
    const { client, attempts, sleeps } = ingress([busy, unreachable, torn, ok]);
    assert.ok(await client.call({ ...greet, opts: idempotent }));
    assert.deepEqual(attempts, ["1", "2", "3", "4"]);
    assert.deepEqual(sleeps, [250, 500, 1000]);
  });

  it("fail with the last failure in the end", async () => {
    const policy = { retry: { maxAttempts: 2 } };
    await assert.rejects(
      ingress([unreachable, busy], policy).client.call({ ...greet, opts: idempotent }),
      (error) => error instanceof HttpCallError && error.status === 503 && error.responseText === "busy",
    );
    const thrown = ingress([busy, unreachable], policy).client.call({ ...greet, opts: idempotent });
    await assert.rejects(thrown, new TypeError("fetch failed"));
  });

  it("are not repeated unless asked to", async () => {
    for (const retry of [undefined, false]) {
      const { client, attempts } = ingress([busy], retry === undefined ? {} : { retry });
      await assert.rejects(client.call({ ...greet, opts: idempotent }), HttpCallError);
      assert.deepEqual(attempts, ["1"]);
    }
  });

  it("are not repeated when that could do something twice", async () => {
    const flow = { name: "Flow" };
    const harmful = [
      (client: ReturnType<typeof ingress>["client"]) => client.call(greet),
      (client: ReturnType<typeof ingress>["client"]) => client.send(greet),
      (client: ReturnType<typeof ingress>["client"]) => client.resolveAwakeable("sign_1x", 1),
    ];
    for (const request of harmful) {
      const { client, attempts } = ingress([busy]);
      await assert.rejects(request(client), HttpCallError);
      assert.equal(attempts.length, 1);
    }
    const harmless = [
      (client: ReturnType<typeof ingress>["client"]) =>
        client.send({ ...greet, opts: rpc.sendOpts<string>({ idempotencyKey: "i" }) }),
      (client: ReturnType<typeof ingress>["client"]) =>
        client.workflowClient(flow, "k").workflowSubmit(...([] as never)),
      (client: ReturnType<typeof ingress>["client"]) => client.workflowClient(flow, "k").workflowAttach(),
      (client: ReturnType<typeof ingress>["client"]) => client.workflowClient(flow, "k").workflowOutput(),
      (client: ReturnType<typeof ingress>["client"]) =>
        client.result({ invocationId: "inv_1", status: "Accepted", attachable: true }),
    ];
    for (const request of harmless) {
      const { client, attempts } = ingress([busy, ok]);
      await request(client);
      assert.equal(attempts.length, 2);
    }
  });

  it("are not repeated once their signal is aborted", async () => {
    const controller = new AbortController();
    const abort: Answer = () => {
      controller.abort(new Error("enough"));
      throw controller.signal.reason;
    };
    const { client, attempts } = ingress([abort]);
    const opts = rpc.opts<string, unknown>({ idempotencyKey: "i", signal: controller.signal });
    await assert.rejects(client.call({ ...greet, opts }), /enough/);
    assert.deepEqual(attempts, ["1"]);
  });
});

describe("a request", () => {
  it("is given up after its timeout", async () => {
    const client = createIngress(
      { url: "" },
      createTransport({
        url: "http://ingress",
        fetch: (_url, init) =>
          new Promise((_, reject) => {
            init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
          }),
      }),
    );
    // The timer of AbortSignal.timeout does not keep a process alive.
    const alive = setInterval(() => {}, 1000);
    const opts = rpc.opts<string, unknown>({ timeout: 1 });
    await assert.rejects(client.call({ ...greet, opts }), { name: "TimeoutError" });
    clearInterval(alive);
  });

  it("sleeps no longer than its signal allows", async () => {
    const controller = new AbortController();
    const client = createIngress(
      { url: "" },
      createTransport({
        url: "http://ingress",
        retry: { initialInterval: { hours: 1 }, maxInterval: { hours: 1 }, maxDuration: false },
        fetch: async () => {
          setImmediate(() => controller.abort(new Error("enough")));
          return busy();
        },
      }),
    );
    const opts = rpc.opts<string, unknown>({ idempotencyKey: "i", signal: controller.signal });
    await assert.rejects(client.call({ ...greet, opts }), /enough/);
  });
});
