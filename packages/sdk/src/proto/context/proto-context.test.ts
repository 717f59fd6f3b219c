import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Call, NotificationResult } from "@pawl/protocol";
import type { Context } from "../../context/context.js";
import { service } from "../../definitions/service.js";
import { TerminalError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import { bytes, RAW_ID } from "../../machine/story.test.kit.js";
import { runToEnd } from "../../runtime/server.test.kit.js";
import { tsProtoService } from "../binding/ts-proto-service.js";
import { useContext } from "../binding/use-context.js";
import { protoClient, protoSendClient } from "../clients/es-client.js";
import { Counter as CounterDesc, Greeter as GreeterDesc } from "../fixtures/es/test/services_pb.js";
import {
  AddRequest,
  type Counter,
  CounterClientImpl,
  CountResponse,
  GreeterClientImpl,
  LedgerClientImpl,
  protoMetadata,
  Request,
  type ResetRequest,
} from "../fixtures/ts-proto/test/services.js";
import { run, runCode } from "../proto.test.kit.js";
import { RestateUtils } from "./side-effect.js";

class CounterService implements Counter {
  async add(request: AddRequest): Promise<CountResponse> {
    const ctx = useContext(this);
    const count = ((await ctx.get<bigint>("count")) ?? 0n) + BigInt(request.amount);
    ctx.set("count", count);
    return CountResponse.create({ count: Number(count), note: ctx.key });
  }
  async reset(_: ResetRequest): Promise<Record<string, never>> {
    useContext(this).clear("count");
    return {};
  }
}
const bind = (name: string, instance: object) =>
  tsProtoService({ descriptor: protoMetadata, service: name, instance });
const counter = bind("Counter", new CounterService());
const addTo = (name: string, amount: number): Uint8Array =>
  AddRequest.encode({ counter: name, amount }).finish();

describe("keyed services", () => {
  it("have state for each key, with BigInts", async () => {
    const state = [{ key: "count", value: bytes('"BIGINT::9007199254740990"') }];
    const options = { key: "c1", state, partialState: false };
    const { output, server } = await run(counter, "Add", addTo("c1", 1), options);
    assert.equal(CountResponse.decode(output!).count, 9007199254740991);
    assert.equal(CountResponse.decode(output!).note, "c1");
    assert.ok(server.frames.some((line) => line.includes("BIGINT::9007199254740991")));
    const cleared = await run(counter, "Reset", Request.encode({ name: "c1" }).finish(), { key: "c1" });
    assert.ok(cleared.server.frames.some((line) => line.startsWith("ClearState")));
  });

  it("refuse calls whose key is not the one in the request", async () => {
    const { failure } = await run(counter, "Add", addTo("c1", 1), { key: "" });
    assert.match(
      failure!.message,
      /called with the key '', but the request is for 'c1'.*registerDescriptors/,
    );
    assert.equal(failure!.code, 400);
  });

  it("are called with the key of the request", async () => {
    bind("Ledger", { append: async () => ({}) });
    const { calls, sends } = await runCode(async (ctx) => {
      await new CounterClientImpl(ctx).add({ counter: "c2", amount: 3 });
      await ctx.oneWayCall(() => new CounterClientImpl(ctx).reset({ counter: "c3" }));
      await new LedgerClientImpl(ctx).append({ name: "n" });
    });
    assert.deepEqual(
      [...calls, ...sends].map(({ handlerName, key }) => [handlerName, key]),
      [
        ["Add", "c2"],
        ["Append", "singleton"],
        ["Reset", "c3"],
      ],
    );
  });
});

describe("unkeyed services", () => {
  it("have no state", async () => {
    const { failure } = await runCode(async (ctx) => ctx.set("a", 1));
    assert.match(failure!.message, /is unkeyed and has no state/);
    assert.deepEqual(failure!.metadata, [{ key: "grpc-status", value: "9" }]);
  });
});

describe("errors of callees", () => {
  const greet = async (callResult: (call: Call) => NotificationResult): Promise<string | undefined> => {
    const { text } = await runCode(
      async (ctx) => {
        try {
          await new GreeterClientImpl(ctx).greet({ name: "x" });
          return "no error";
        } catch (error) {
          return error instanceof TerminalError ? `${error.code} ${error.message}` : "other";
        }
      },
      { callResult },
    );
    return text;
  };

  it("have the codes of gRPC", async () => {
    const metadata = [{ key: "grpc-status", value: "11" }];
    assert.equal(
      await greet(() => ({ kind: "failure", failure: { code: 400, message: "far", metadata } })),
      "11 far",
    );
    assert.equal(await greet(() => ({ kind: "failure", failure: { code: 404, message: "none" } })), "5 none");
  });
});

describe("side effects", () => {
  it("record what they return", async () => {
    const { text } = await runCode(async (ctx) => String(await ctx.sideEffect(async () => 12n)));
    assert.equal(text, "12");
  });

  it("keep the code of a terminal error", async () => {
    const { text } = await runCode(async (ctx) => {
      try {
        await ctx.sideEffect(async () => {
          throw new TerminalError("no", { errorCode: ErrorCodes.ALREADY_EXISTS });
        });
      } catch (error) {
        return `${(error as TerminalError).code} ${(error as Error).message}`;
      }
      return "";
    });
    assert.equal(text, "6 no");
  });

  it("say when their retries are exhausted", async () => {
    const { failure } = await runCode((ctx) =>
      ctx.sideEffect(
        async () => {
          throw new RangeError("boom");
        },
        { ...RestateUtils.NO_RETRIES, name: "charge" },
      ),
    );
    assert.equal(failure!.message, "Retries exhausted for charge. Last error: RangeError: boom");
    assert.deepEqual(failure!.metadata, [{ key: "grpc-status", value: "13" }]);
  });

  it("are retried with growing delays, forever", async () => {
    const { outcome } = await runCode((ctx) =>
      ctx.sideEffect(async () => {
        throw new Error("boom");
      }),
    );
    assert.ok(outcome.kind === "failed");
    assert.deepEqual([outcome.error.message, Number(outcome.error.nextRetryDelayMs)], ["boom", 10]);
  });
});

describe("the context", () => {
  it("has the names of the first versions", async () => {
    const { text } = await runCode(async (ctx) => {
      ctx.completeAwakeable("prom_1x", { a: 1 });
      ctx.rejectAwakeable("prom_1y", "why");
      const ids = [ctx.id, ctx.invocationId].every((id) => id.equals(RAW_ID));
      return [ctx.serviceName, ids, ctx.instanceKey.length, ctx.request().target.handler];
    });
    assert.equal(text, '["test.services.Greeter",true,0,"Greet"]');
  });

  it("awaits awakeables as plain JSON", async () => {
    const { outcome, server } = await runCode(async (ctx) => {
      ctx.resolveAwakeable("prom_1x", "BIGINT::5");
      ctx.rejectAwakeable("prom_1y", "why");
    });
    assert.equal(outcome.kind, "completed");
    const lines = server.frames.filter((line) => line.startsWith("CompleteAwakeable"));
    assert.match(lines[0]!, /BIGINT::5/);
    assert.match(lines[1]!, /"why".*"grpc-status","value":"2"/);
  });
});

describe("clients of protobuf-es", () => {
  it("work in every handler, typed", async () => {
    const modern = service({
      name: "Modern",
      handlers: {
        go: async (ctx: Context) => {
          const response = await protoClient(ctx, CounterDesc).add({ counter: "k", amount: 2 });
          const count: bigint = response.count;
          protoSendClient(ctx, GreeterDesc).greet({ name: "later" }, { delay: { seconds: 5 } });
          // @ts-expect-error there is no such field
          void (() => protoClient(ctx, CounterDesc).add({ missing: 1 }));
          return String(count);
        },
      },
    });
    const { outcome, server } = await runToEnd(modern, "go");
    // The call is answered with its own bytes, whose first field is the amount.
    assert.deepEqual(outcome, { kind: "completed", output: '"2"' });
    assert.match(server.frames[0]!, /"handlerName":"Add".*"key":"k"/);
    assert.match(server.frames.at(-3) ?? "", /OneWayCall.*"handlerName":"Greet"/);
  });
});
