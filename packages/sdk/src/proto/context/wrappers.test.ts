import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { service } from "../../definitions/service.js";
import { TerminalError } from "../../errors.js";
import { protoClient } from "../clients/es-client.js";
import { Greeter as GreeterDesc } from "../fixtures/es/test/services_pb.js";
import { type Greeter, GreeterClientImpl, Request } from "../fixtures/ts-proto/test/services.js";
import { requestBytes, runCode } from "../proto.test.kit.js";
import type { RestateContext } from "./restate-context.js";

const modern = service({ name: "Modern", handlers: { go: async () => 1 } });
const pete = Request.create({ name: "Pete" });

type Wrapped = (ctx: RestateContext, client: Greeter) => Promise<unknown>;

const misuses: readonly [string, Wrapped, RegExp][] = [
  ["nothing", async () => undefined, /made no call/],
  ["a sleep", (ctx) => ctx.sleep(10), /used the context in another way/],
  ["a side effect", (ctx) => ctx.sideEffect(async () => 1), /used the context in another way/],
  ["ctx.run", (ctx) => ctx.run(() => 1), /used the context in another way/],
  [
    "state",
    (ctx) => ctx.genericCall({ service: "S", method: "m", parameter: requestBytes("x") }),
    /another way/,
  ],
  ["an awakeable", (ctx) => ctx.awakeable().promise, /another way/],
  ["a call that is not of a protobuf client", (ctx) => ctx.serviceClient(modern).go(), /another way/],
  ["another wrapper", (ctx, client) => ctx.oneWayCall(() => client.greet(pete)), /called oneWayCall/],
  ["two calls", (_, client) => Promise.all([client.greet(pete), client.greet(pete)]), /more than one call/],
  [
    "two calls, one after the other",
    async (_, client) => {
      await client.greet(pete);
      await client.greet(pete);
    },
    /more than one call/,
  ],
  [
    "a call and more, with the error caught",
    async (ctx, client) => {
      await ctx.sleep(1).catch(() => {});
      return client.greet(pete);
    },
    /another way/,
  ],
  [
    "a call and more, with the thrown error caught",
    async (ctx, client) => {
      try {
        ctx.sleep(1);
      } catch {}
      return client.greet(pete);
    },
    /another way/,
  ],
];

describe("inside of oneWayCall and delayedCall", () => {
  for (const [what, code, message] of misuses) {
    it(`${what} is refused with a terminal error`, async () => {
      for (const wrapper of ["oneWayCall", "delayedCall", "inBackground"] as const) {
        const { failure, calls } = await runCode(async (ctx) => {
          const client = new GreeterClientImpl(ctx);
          await ctx[wrapper](() => code(ctx, client));
        });
        assert.match(failure!.message, message);
        assert.match(failure!.message, new RegExp(`${wrapper}\\(\\(\\) => client.method\\(request\\)\\)`));
        assert.deepEqual([failure!.code, failure!.metadata], [500, [{ key: "grpc-status", value: "13" }]]);
        assert.equal(calls.length, 0);
      }
    });
  }

  it("two calls at once send none of them", async () => {
    const { sends } = await runCode(async (ctx) => {
      const client = new GreeterClientImpl(ctx);
      await ctx.oneWayCall(() => Promise.all([client.greet(pete), client.greet(pete)]));
    });
    assert.equal(sends.length, 0);
  });

  it("something that is no function is refused", async () => {
    const { failure } = await runCode((ctx) => ctx.oneWayCall(undefined as never));
    assert.match(failure!.message, /is not a function/);
  });

  it("the call may come later", async () => {
    const { text, sends } = await runCode(async (ctx) => {
      await ctx.oneWayCall(async () => {
        await delay(1);
        return new GreeterClientImpl(ctx).greet(pete);
      });
      return "sent";
    });
    assert.deepEqual([text, sends.length], ["sent", 1]);
  });

  it("a client of protobuf-es may be called", async () => {
    const { sends } = await runCode((ctx) =>
      ctx.delayedCall(() => protoClient(ctx, GreeterDesc).greet({ name: "Pete" }), 1000),
    );
    assert.deepEqual(sends[0]!.parameter, requestBytes("Pete"));
  });

  it("the response is an empty message", async () => {
    let greeting: unknown;
    await runCode((ctx) =>
      ctx.oneWayCall(async () => {
        greeting = await new GreeterClientImpl(ctx).greet(pete);
      }),
    );
    assert.deepEqual(greeting, { greeting: "" });
  });
});

describe("a failure to send", () => {
  it("is thrown where the promise is awaited", async () => {
    const { text, sends } = await runCode(async (ctx) => {
      const client = new GreeterClientImpl(ctx);
      const broken = {
        get name(): string {
          throw new Error("no name");
        },
      };
      const sent = ctx.oneWayCall(() => client.greet(broken));
      try {
        await sent;
        return "no error";
      } catch (error) {
        return (error as Error).constructor === TerminalError ? "terminal" : "error";
      }
    });
    assert.deepEqual([text, sends.length], ["error", 0]);
  });

  it("is lost if nobody awaits the promise", async () => {
    const { outcome, sends } = await runCode(async (ctx) => {
      ctx.oneWayCall(async () => undefined);
    });
    assert.equal(outcome.kind, "completed");
    assert.equal(sends.length, 0);
  });

  it("includes delays that are none", async () => {
    for (const millis of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5" as never]) {
      const { failure, sends } = await runCode((ctx) =>
        ctx.delayedCall(() => new GreeterClientImpl(ctx).greet(pete), millis),
      );
      assert.match(failure!.message, /give it as milliseconds/);
      assert.equal(sends.length, 0);
    }
  });
});

describe("inside of a side effect", () => {
  const operations: readonly [string, (ctx: RestateContext) => unknown][] = [
    ["a call", (ctx) => new GreeterClientImpl(ctx).greet(pete)],
    ["a one-way call", (ctx) => ctx.oneWayCall(() => new GreeterClientImpl(ctx).greet(pete))],
    ["a sleep", (ctx) => ctx.sleep(1)],
    ["another side effect", (ctx) => ctx.sideEffect(async () => 1)],
    ["an awakeable", (ctx) => ctx.awakeable()],
    ["rand", (ctx) => ctx.rand.random()],
  ];
  for (const [what, operation] of operations) {
    it(`${what} is refused with a terminal error`, async () => {
      const { failure } = await runCode((ctx) => ctx.sideEffect(async () => operation(ctx)));
      assert.match(failure!.message, /Inside of a side effect/);
      assert.deepEqual(failure!.metadata, [{ key: "grpc-status", value: "13" }]);
    });
  }
});
