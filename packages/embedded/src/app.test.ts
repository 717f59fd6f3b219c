import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import * as pawl from "./index.js";

let path: string;
const open: pawl.App[] = [];

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "pawl-embedded-"));
});

afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
  rmSync(path, { recursive: true, force: true });
});

async function start(options: Omit<pawl.OpenOptions, "path" | "logger">): Promise<pawl.App> {
  const app = await pawl.open({ path, logger: () => {}, ...options });
  open.push(app);
  return app;
}

const greeter = pawl.service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: pawl.Context, name: string) => `Hello ${name}`,
    fail: async (_ctx: pawl.Context, code: number) => {
      throw new pawl.TerminalError("no", { errorCode: code, metadata: { why: "tired" } });
    },
    call: async (ctx: pawl.Context, name: string): Promise<string> => {
      const inner = await ctx.serviceClient(greeter).greet(name);
      await ctx.sleep(1);
      return `${inner}!`;
    },
    deep: async (ctx: pawl.Context, calls: number): Promise<number> =>
      calls === 0 ? 0 : 1 + (await ctx.serviceClient(greeter).deep(calls - 1)),
    wait: async (ctx: pawl.Context, tell: string): Promise<string> => {
      const { id, promise } = ctx.awakeable<string>();
      await ctx.run("tell", () => waiting.get(tell)?.(id));
      return promise;
    },
    bytes: pawl.handlers.handler(
      { input: pawl.serde.binary, output: pawl.serde.binary },
      async (_ctx: pawl.Context, data: Uint8Array) => data,
    ),
  },
});

const counter = pawl.object({
  name: "Counter",
  handlers: {
    add: async (ctx: pawl.ObjectContext, amount: number) => {
      const value = ((await ctx.get<number>("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
  },
});

const signup = pawl.workflow({
  name: "Signup",
  handlers: {
    run: async (ctx: pawl.WorkflowContext, email: string) =>
      `${email}: ${await ctx.promise<string>("click")}`,
    click: async (ctx: pawl.WorkflowSharedContext, secret: string) => {
      await ctx.promise<string>("click").resolve(secret);
    },
  },
});

/** Who wants to know the id of an awakeable. */
const waiting = new Map<string, (id: string) => void>();
const services = [greeter, counter, signup];

function awakeableOf(name: string): Promise<string> {
  return new Promise((resolve) => waiting.set(name, resolve));
}

describe("an app", () => {
  it("calls services, objects and workflows as functions", async () => {
    const app = await start({ services });
    assert.equal(await app.serviceClient(greeter).greet("Pete"), "Hello Pete");
    assert.equal(await app.serviceClient(greeter).call("Ann"), "Hello Ann!");
    const sums = await Promise.all([1, 2, 3].map((n) => app.objectClient(counter, "k").add(n)));
    assert.deepEqual(sums, [1, 3, 6]);

    const client = app.workflowClient(signup, "pete");
    const sent = await client.workflowSubmit("pete@example.org");
    assert.equal(sent.status, "Accepted");
    assert.equal((await client.workflowSubmit("pete@example.org")).status, "PreviouslyAccepted");
    assert.deepEqual(await client.workflowOutput(), { ready: false });
    await client.click("abc");
    assert.equal(await client.workflowAttach(), "pete@example.org: abc");
    assert.deepEqual(await client.workflowOutput(), { ready: true, result: "pete@example.org: abc" });
    assert.equal(await app.result(sent), "pete@example.org: abc");
  });

  it("gives the handler's own error to its caller", async () => {
    const app = await start({ services });
    await assert.rejects(app.serviceClient(greeter).fail(418), (error) => {
      assert.ok(error instanceof pawl.TerminalError);
      assert.deepEqual([error.message, error.code, error.metadata], ["no", 418, { why: "tired" }]);
      return true;
    });
  });

  it("does a call with an idempotency key once, and knows it after a restart", async () => {
    const once = pawl.rpc.opts<number, number>({ idempotencyKey: "one" });
    let app = await start({ services });
    const first = app.objectClient(counter, "k").add(1, once);
    assert.equal(await first, 1);
    assert.equal(await app.objectClient(counter, "k").add(1, once), 1);
    await app.close();
    app = await start({ services });
    assert.equal(await app.objectClient(counter, "k").add(1, once), 1);
    assert.equal(await app.attach(first.invocationId), 1);
    assert.equal(await app.objectClient(counter, "k").add(1), 2);
  });

  it("sends, delays, attaches, and completes awakeables", async () => {
    const app = await start({ services });
    const told = awakeableOf("sent");
    const sent = await app.serviceSendClient(greeter).wait("sent", pawl.rpc.sendOpts({ delay: 5 }));
    await app.resolveAwakeable(await told, "woken");
    assert.equal(await app.result(sent), "woken");

    const rejected = awakeableOf("rejected");
    const call = app.serviceClient(greeter).wait("rejected");
    await app.rejectAwakeable(await rejected, "not today");
    await assert.rejects(call, { name: "TerminalError", message: "not today" });
  });

  it("closes in the middle of a handler, which goes on after the next open", async () => {
    let app = await start({ services });
    const told = awakeableOf("left");
    const call = app.serviceClient(greeter).wait("left");
    const rejected = assert.rejects(call, { name: "CallRefusedError", reason: "closed" });
    const awakeable = await told;
    await app.close();
    await rejected;
    app = await start({ services });
    await app.resolveAwakeable(awakeable, "later");
    assert.equal(await app.attach(call.invocationId), "later");
  });

  it("cancels and kills", async () => {
    const app = await start({ services });
    for (const end of ["cancel", "kill"] as const) {
      const told = awakeableOf(end);
      const call = app.serviceClient(greeter).wait(end);
      const rejected = assert.rejects(call, { name: "TerminalError", code: 409 });
      await told;
      await app[end](call.invocationId);
      await rejected;
    }
  });

  it("keeps bytes of caller and handler apart", async () => {
    const app = await start({ services });
    const mine = new Uint8Array([1, 2, 3]);
    const call = app.serviceClient(greeter).bytes(mine);
    mine[0] = 9;
    assert.deepEqual([...(await call)], [1, 2, 3]);
  });

  it("encodes and decodes values as the endpoint's codec does", async () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);
    const codec = { encode: flip, decode: async (bytes: Uint8Array) => flip(bytes) };
    const app = await start({ services, journalValueCodecProvider: async () => codec });
    assert.equal(await app.serviceClient(greeter).call("Ann"), "Hello Ann!");
  });

  it("refuses what cannot be called, and says why", async () => {
    const app = await start({ services: [greeter, counter] });
    const reason = (reason: string) => ({ name: "CallRefusedError", reason });
    await assert.rejects(app.workflowClient(signup, "k").click("x"), reason("unknown-target"));
    await assert.rejects(
      app.serviceClient(counter as never as typeof greeter).greet("x"),
      reason("unknown-target"),
    );
    await assert.rejects(
      app.objectClient(greeter as never as typeof counter, "k").add(1),
      reason("unknown-target"),
    );
    await assert.rejects(app.attach("inv_nonsense"), reason("bad-request"));
    await assert.rejects(
      app.objectClient(counter, "k").add(1, pawl.rpc.opts({ idempotencyKey: "" })),
      reason("bad-request"),
    );
    await app.close();
    await assert.rejects(app.serviceClient(greeter).greet("x"), reason("closed"));
  });

  it("refuses values that have another type than their types say, and lives on", async () => {
    const app = await start({ services });
    const bad = { name: "CallRefusedError", reason: "bad-request", message: /must be a string, and is 17$/ };
    const number = 17 as never;
    await assert.rejects(app.objectClient(counter, number).add(1), bad);
    await assert.rejects(app.workflowClient(signup, number).workflowAttach(), bad);
    await assert.rejects(
      app.serviceClient(greeter).greet("x", pawl.rpc.opts({ idempotencyKey: number })),
      bad,
    );
    await assert.rejects(
      app.serviceClient(greeter).greet("x", pawl.rpc.opts({ headers: { a: number } })),
      bad,
    );
    await assert.rejects(app.objectClient(counter, undefined as never).add(1), { reason: "unknown-target" });
    for (const delay of [Number.NaN, Number.POSITIVE_INFINITY, "5s" as never]) {
      const later = pawl.rpc.sendOpts<string>({ delay });
      await assert.rejects(app.serviceSendClient(greeter).greet("x", later), { name: "TypeError" });
    }
    assert.equal(await app.serviceClient(greeter).greet("Pete"), "Hello Pete");
  });

  it("bounds the calls that wait", async () => {
    const app = await start({ services, settings: { "ingress.concurrent-api-requests-limit": "1" } });
    const told = awakeableOf("bounded");
    const call = app.serviceClient(greeter).wait("bounded");
    await assert.rejects(app.serviceClient(greeter).greet("x"), { reason: "too-many" });
    const awakeable = await told;
    void call.catch(() => {});
    assert.match(awakeable, /^sign_1/);
  });

  it("does not let those that wait stand in the way of what they wait for", { timeout: 20_000 }, async () => {
    const app = await start({ services, settings: { "worker.invoker.concurrent-invocations-limit": "2" } });
    const waiting = ["one", "two", "three"].map((name) => {
      const told = awakeableOf(name);
      return { told, call: app.serviceClient(greeter).wait(name) };
    });
    assert.equal(await app.serviceClient(greeter).greet("Pete"), "Hello Pete");
    assert.equal(await app.serviceClient(greeter).deep(10), 10);
    for (const { told, call } of waiting) {
      await app.resolveAwakeable(await told, "woken");
      assert.equal(await call, "woken");
    }
  });

  it("opens its ports when it is told to, with the same services and journals behind them", async () => {
    const app = await start({ services, ingress: "127.0.0.1:0", admin: "127.0.0.1:0" });
    const answer = await fetch(`${app.ingressUrl}/Greeter/greet`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '"Pete"',
    });
    assert.equal(await answer.json(), "Hello Pete");
    const call = app.serviceClient(greeter).greet("Ann");
    await call;
    const seen = (await (await fetch(`${app.adminUrl}/invocations/${call.invocationId}`)).json()) as {
      target: string;
      journal: { entry_type: string }[];
    };
    assert.equal(seen.target, "Greeter/greet");
    assert.deepEqual(
      seen.journal.map((entry) => entry.entry_type),
      ["Command: Input", "Command: Output"],
    );
  });

  it("opens none otherwise", async () => {
    const app = await start({ services });
    assert.deepEqual([app.ingressUrl, app.adminUrl], [undefined, undefined]);
  });

  it("lets one process at a time have the data", async () => {
    await start({ services });
    await assert.rejects(start({ services }), { name: "StoreError", kind: "locked" });
  });
});

describe("the deployment of an app", () => {
  interface Deployments {
    deployments: { id: string; uri: string; services: { name: string; revision: number }[] }[];
  }
  const deployments = async (app: pawl.App) =>
    ((await (await fetch(`${app.adminUrl}/deployments`)).json()) as Deployments).deployments;
  const seen = async (services: pawl.AnyDefinition[]) => {
    const app = await start({ services, admin: "127.0.0.1:0" });
    const found = await deployments(app);
    await app.close();
    return found;
  };

  it("stays as it is while the services do", async () => {
    const first = await seen([greeter, counter]);
    assert.deepEqual(await seen([counter, greeter]), first);
    assert.equal(first.length, 1);
    assert.deepEqual(
      first[0]?.services.map(({ revision }) => revision),
      [1, 1],
    );
  });

  it("keeps its id and gets new revisions when they change", async () => {
    const [first] = await seen([greeter, counter]);
    const [second] = await seen([greeter]);
    assert.equal(second?.id, first?.id);
    assert.deepEqual(second?.services, [{ name: "Greeter", revision: 2 }]);
  });

  it("does not change the type of a service by accident", async () => {
    const asService = pawl.service({ name: "Counter", handlers: { add: async (_ctx: pawl.Context) => 1 } });
    await (await start({ services: [counter] })).close();
    await assert.rejects(start({ services: [asService] }), { name: "RegistryError", code: "META0006" });
    const app = await start({ services: [asService], breaking: true });
    assert.equal(await app.serviceClient(asService).add(), 1);
  });

  it("keeps invocations of a handler that is gone until it is back", async () => {
    const told = awakeableOf("gone");
    let app = await start({ services: [greeter] });
    const call = app.serviceClient(greeter).wait("gone");
    call.catch(() => {});
    const awakeable = await told;
    await app.close();

    const settings = { "default-retry-policy.initial-interval": "1ms" };
    app = await start({ services: [counter], admin: "127.0.0.1:0", settings });
    await app.resolveAwakeable(awakeable, "waited");
    const failure = async (): Promise<string | null> => {
      const seen = await (await fetch(`${app.adminUrl}/invocations/${call.invocationId}`)).json();
      return (seen as { last_failure_error_code: string | null }).last_failure_error_code;
    };
    while ((await failure()) === null);
    assert.equal(await failure(), "RT0011");
    await app.close();

    app = await start({ services: [greeter, counter] });
    assert.equal(await app.attach(call.invocationId), "waited");
  });

  it("lets invocations of the old code go on with the new code", async () => {
    const told = awakeableOf("old code");
    let app = await start({ services: [greeter] });
    const call = app.serviceClient(greeter).wait("old code");
    call.catch(() => {});
    const awakeable = await told;
    await app.close();

    const changed = pawl.service({
      name: "Greeter",
      handlers: {
        wait: async (ctx: pawl.Context, _tell: string) => {
          const { promise } = ctx.awakeable<string>();
          await ctx.run("tell", () => {});
          return `${await promise}, by the new code`;
        },
      },
    });
    app = await start({ services: [changed] });
    await app.resolveAwakeable(awakeable, "done");
    assert.equal(await app.attach(call.invocationId), "done, by the new code");
  });
});
