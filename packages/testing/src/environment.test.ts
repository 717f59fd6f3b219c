import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import * as pawl from "@pawl/sdk";
import { type EnvironmentOptions, TestEnvironment } from "./index.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const environments: TestEnvironment[] = [];

async function start(options: Omit<EnvironmentOptions, "logger">): Promise<TestEnvironment> {
  const environment = await TestEnvironment.start({ logger: () => {}, ...options });
  environments.push(environment);
  return environment;
}

afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.stop();
});

/** What closures of `run` did, by the name that the test gave. */
const done = new Map<string, string[]>();
function doing(name: string, what: string): string {
  done.set(name, [...(done.get(name) ?? []), what]);
  return `${what} done`;
}

const shop = pawl.service({
  name: "Shop",
  handlers: {
    buy: async (ctx: pawl.Context, name: string) => {
      const reserved = await ctx.run("reserve", () => doing(name, "reserve"));
      const charged = await ctx.run("charge", async () => doing(name, "charge"));
      return `${reserved}, ${charged}`;
    },
    nap: async (ctx: pawl.Context, days: number) => {
      const before = await ctx.date.now();
      for (let day = 0; day < days; day++) await ctx.sleep({ days: 1 });
      return (await ctx.date.now()) - before;
    },
    flaky: async (ctx: pawl.Context, name: string) => {
      if ((done.get(name)?.length ?? 0) < 3) throw new Error(doing(name, "failed"));
      return ctx.run("at last", () => doing(name, "worked"));
    },
    later: async (ctx: pawl.Context, name: string) => {
      ctx.serviceSendClient(shop).note(name, pawl.rpc.sendOpts({ delay: { hours: 2 } }));
    },
    note: async (ctx: pawl.Context, name: string) => {
      await ctx.run("noted", async () => {
        // As long as what goes over a network would take: several turns of the event loop.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        return doing(name, "noted");
      });
    },
    patient: async (ctx: pawl.Context, name: string): Promise<string> => {
      const { id, promise } = ctx.awakeable<string>();
      await ctx.run("tell", () => doing(name, id));
      return promise.orTimeout({ days: 1 });
    },
    unstable: async (ctx: pawl.Context, name: string) => {
      const isFirst = (done.get(name)?.length ?? 0) === 0;
      doing(name, "ran");
      if (isFirst) await ctx.sleep(1, "first");
      else await ctx.run("other", () => {});
      return name;
    },
  },
});

const account = pawl.object({
  name: "Account",
  handlers: {
    add: async (ctx: pawl.ObjectContext, amount: number) => {
      ctx.set("total", ((await ctx.get<number>("total")) ?? 0) + amount);
      return ctx.get<number>("total");
    },
  },
});

const services = [shop, account];

describe("time", () => {
  it("is skipped while a call waits for nothing else", async () => {
    const environment = await start({ services });
    const took = await environment.clients.serviceClient(shop).nap(400);
    assert.equal(took, 400 * DAY_MS);
  });

  it("is skipped with a store on disk, too, and while handlers suspend", async () => {
    const path = mkdtempSync(join(tmpdir(), "pawl-testing-"));
    const environment = await start({ services, store: { path }, alwaysReplay: true });
    assert.equal(await environment.clients.serviceClient(shop).nap(3), 3 * DAY_MS);
    await environment.stop();
    rmSync(path, { recursive: true, force: true });
  });

  it("is skipped between retries", async () => {
    const environment = await start({ services });
    const before = environment.now();
    assert.equal(await environment.clients.serviceClient(shop).flaky("retries"), "worked done");
    assert.ok(environment.now() - before >= 500 + 1000 + 2000);
  });

  it("moves by hand, and stops at everything on the way", async () => {
    const environment = await start({ services, time: "manual" });
    await environment.clients.serviceClient(shop).later("manual");
    await environment.advance({ minutes: 119 });
    assert.equal(done.get("manual"), undefined);
    await environment.advance({ minutes: 1 });
    assert.deepEqual(done.get("manual"), ["noted"]);
  });

  it("stands still while it is moved by hand only, so that a timeout does not race with the test", async () => {
    const environment = await start({ services, time: "manual" });
    const client = environment.clients.serviceClient(shop);
    const first = client.patient("in time");
    await environment.idle();
    await environment.clients.resolveAwakeable(done.get("in time")?.[0] ?? "", "woken");
    assert.equal(await first, "woken");

    const second = assert.rejects(client.patient("too late"), { code: 408 });
    await environment.advance({ days: 1 });
    await second;
  });

  it("is skipped for answers over HTTP when the test says so", async () => {
    const environment = await start({ services });
    const answer = fetch(`${environment.baseUrl()}/Shop/nap`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "2",
    });
    assert.equal(await (await environment.skipTimeUntil(answer)).json(), 2 * DAY_MS);
  });

  it("is the system's when it is real", async () => {
    const environment = await start({ services, time: "real" });
    assert.equal((await environment.clients.serviceClient(shop).nap(0)) < DAY_MS, true);
    await assert.rejects(environment.advance(1), TypeError);
  });
});

describe("a crash", () => {
  for (const { result, times } of [
    { result: "stored", times: 1 },
    { result: "lost", times: 2 },
  ] as const) {
    it(`at a step by name: its result is ${result}, so that it is done ${times} times`, async () => {
      const environment = await start({ services });
      const name = `crash ${result}`;
      const crashed = environment.crashAt({ run: "charge", service: "Shop", result });
      const call = environment.clients.serviceClient(shop).buy(name);
      await crashed;
      assert.equal(await call, "reserve done, charge done");
      assert.deepEqual(done.get(name), ["reserve", ...Array(times).fill("charge")]);
    });
  }

  it("at a step by index", async () => {
    const environment = await start({ services });
    const crashed = environment.crashAt({ command: 2, handler: "buy", result: "lost" });
    const call = environment.clients.serviceClient(shop).buy("by index");
    await crashed;
    assert.equal(await call, "reserve done, charge done");
    assert.equal(done.get("by index")?.filter((what) => what === "reserve").length, 1);
  });

  it("at any time: what is durable goes on", async () => {
    const environment = await start({ services, time: "manual" });
    const call = environment.clients.serviceClient(shop).patient("killed");
    await environment.idle();
    await environment.kill();
    assert.throws(() => environment.baseUrl(), { name: "CallRefusedError" });
    await environment.restart();
    await environment.clients.resolveAwakeable(done.get("killed")?.[0] ?? "", "woken");
    assert.equal(await call, "woken");
    assert.equal(done.get("killed")?.length, 1);
  });

  for (const time of ["skip", "manual"] as const) {
    it(`at a step that time brings about (${time}): time goes on in the next life`, async () => {
      const environment = await start({ services, time });
      const name = `crash in time, ${time}`;
      const crashed = environment.crashAt({ run: "noted", result: "lost" });
      const passed =
        time === "skip"
          ? environment.skipTimeUntil(crashed)
          : environment.advance({ hours: 3 }).then(() => crashed);
      await environment.clients.serviceClient(shop).later(name);
      await passed;
      await environment.idle();
      assert.deepEqual(done.get(name), ["noted", "noted"]);
    });
  }

  it("at a step comes before time moves on", async () => {
    const environment = await start({ services });
    await environment.clients.serviceClient(shop).later("after the crash");
    const before = environment.now();
    const crashed = environment.crashAt({ run: "charge" });
    const call = environment.clients.serviceClient(shop).buy("before time moves");
    await crashed;
    await call;
    assert.equal(environment.now(), before);
  });

  it("leaves what a directory holds", async () => {
    const path = mkdtempSync(join(tmpdir(), "pawl-testing-"));
    const environment = await start({ services, store: { path } });
    const crashed = environment.crashAt({ run: "reserve" });
    const call = environment.clients.serviceClient(shop).buy("on disk");
    await crashed;
    assert.equal(await call, "reserve done, charge done");
    assert.deepEqual(done.get("on disk"), ["reserve", "charge"]);
    await environment.stop();
    rmSync(path, { recursive: true, force: true });
  });

  it("keeps the addresses of the ports", async () => {
    const environment = await start({ services });
    const before = [environment.baseUrl(), environment.adminAPIBaseUrl()];
    await environment.kill();
    await environment.restart();
    assert.deepEqual([environment.baseUrl(), environment.adminAPIBaseUrl()], before);
    assert.equal((await fetch(`${environment.baseUrl()}/restate/health`)).status, 200);
  });

  it("that never comes is told when the environment stops", async () => {
    const environment = await start({ services });
    const crashed = environment.crashAt({ run: "no such step" });
    await environment.stop();
    await assert.rejects(crashed, /before the step/);
  });
});

describe("options", () => {
  it("alwaysReplay finds code that is not deterministic", async () => {
    const environment = await start({ services, alwaysReplay: true, disableRetries: true });
    await assert.rejects(environment.clients.serviceClient(shop).unstable("replayed"), { code: 570 });
  });

  it("without alwaysReplay the same code gets through", async () => {
    const environment = await start({ services, disableRetries: true });
    assert.equal(await environment.clients.serviceClient(shop).unstable("lucky"), "lucky");
  });

  it("disableRetries fails at the first error", async () => {
    const environment = await start({ services, disableRetries: true });
    await assert.rejects(environment.clients.serviceClient(shop).flaky("once"), { message: "failed done" });
    assert.deepEqual(done.get("once"), ["failed"]);
  });
});

describe("state", () => {
  it("is read by name and whole", async () => {
    const environment = await start({ services });
    await environment.clients.objectClient(account, "pete").add(5);
    const state = environment.stateOf<{ total: number }>(account, "pete");
    assert.equal(await state.get("total"), 5);
    assert.equal(await state.get("none" as "total"), null);
    assert.deepEqual(await state.getAll(), { total: 5 });
    assert.deepEqual(await environment.stateOf(account, "ann").getAll(), {});
  });
});

describe("state from outside", () => {
  it("is changed by name and whole, and handlers see it", async () => {
    const environment = await start({ services });
    const state = environment.stateOf<{ total: number; note: string }>(account, "pete");
    await state.set("total", 40);
    assert.equal(await environment.clients.objectClient(account, "pete").add(2), 42);
    await state.set("note", "rich");
    assert.deepEqual(await state.getAll(), { total: 42, note: "rich" });
    await state.setAll({ total: 1, note: "poor" });
    assert.deepEqual(await state.getAll(), { total: 1, note: "poor" });
    assert.equal(await environment.clients.objectClient(account, "pete").add(2), 3);
  });
});

describe("a journal", () => {
  it("reads as lines, and by its fields", async () => {
    const environment = await start({ services });
    const call = environment.clients.serviceClient(shop).buy("journal");
    await call;
    const journal = await environment.journal(call.invocationId);
    assert.deepEqual(journal.commands(), [
      'Input = "journal"',
      "Run 'reserve'",
      "Run 'charge'",
      'Output = "reserve done, charge done"',
    ]);
    assert.deepEqual(journal.lines(), [
      'Input = "journal"',
      "Run 'reserve'",
      'RunCompletion 1 = "reserve done"',
      "Run 'charge'",
      'RunCompletion 2 = "charge done"',
      'Output = "reserve done, charge done"',
    ]);
    assert.deepEqual(journal.entries[2], {
      message: "RunCompletion",
      id: { kind: "completion", id: 1 },
      result: { kind: "value", value: { utf8: '"reserve done"' } },
    });
  });

  it("of an invocation that does not exist is an error", async () => {
    const environment = await start({ services });
    await assert.rejects(environment.journal("inv_1nothing"), /there is no invocation/);
  });
});
