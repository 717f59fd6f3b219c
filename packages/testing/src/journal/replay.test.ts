import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { FIRST_AWAKEABLE_SIGNAL_INDEX, parseInvocationId } from "@pawl/protocol";
import * as pawl from "@pawl/sdk";
import { Journal, JournalMismatchError, type RecordedJournal, replay, TestEnvironment } from "../index.js";

type Code = (ctx: pawl.Context, input: string) => Promise<unknown>;

const noLog = (): void => {};

/** The same service with other code. */
function serviceWith(order: Code) {
  return pawl.service({
    name: "Orders",
    handlers: { order, other: async (_ctx: pawl.Context, n: number) => n },
  });
}

const code: Code = async (ctx, input) => {
  const id = await ctx.run("reserve", () => 7);
  await ctx.sleep({ hours: 1 }, "cool down");
  const other = await ctx.serviceClient(serviceWith(code)).other(id);
  const { promise } = ctx.awakeable<string>();
  return `${input} ${other} ${await promise}`;
};

let environment: TestEnvironment;
let completed: RecordedJournal;
let waiting: RecordedJournal;

beforeEach(async () => {
  environment = await TestEnvironment.start({ services: [serviceWith(code)], logger: noLog });
  const call = environment.clients.serviceClient(serviceWith(code)).order("x") as Promise<unknown> & {
    invocationId: string;
  };
  await environment.advance({ hours: 2 });
  const record = async (): Promise<RecordedJournal> =>
    JSON.parse(JSON.stringify(await environment.journal(call.invocationId)));
  waiting = await record();
  await environment.clients.resolveAwakeable(awakeableId(call.invocationId), "woken");
  assert.equal(await call, "x 7 woken");
  completed = await record();
});

afterEach(() => environment.stop());

/** The first awakeable of an invocation. */
function awakeableId(invocationId: string): string {
  const bytes = new Uint8Array(28);
  bytes.set(parseInvocationId(invocationId));
  bytes[27] = FIRST_AWAKEABLE_SIGNAL_INDEX;
  return `sign_1${Buffer.from(bytes).toString("base64url")}`;
}

async function mismatch(changed: Code, journal = completed): Promise<JournalMismatchError> {
  try {
    await replay(journal, { services: [serviceWith(changed)] });
  } catch (error) {
    assert.ok(error instanceof JournalMismatchError, String(error));
    return error;
  }
  assert.fail("there was no mismatch");
}

describe("a recorded journal", () => {
  it("is JSON that survives a file, value by value", () => {
    assert.deepEqual(new Journal(completed).toJSON(), completed);
    assert.deepEqual(new Journal(completed).commands().slice(0, 3), [
      'Input = "x"',
      "Run 'reserve'",
      "Sleep 'cool down'",
    ]);
  });

  it("is refused when it is something else", () => {
    assert.throws(() => new Journal({} as RecordedJournal), TypeError);
    assert.throws(
      () => new Journal({ ...completed, entries: [{ message: "Nonsense" }] }),
      /'Nonsense' is no kind of journal entry/,
    );
  });
});

describe("replay", () => {
  it("passes the code that was recorded, and does nothing", async () => {
    assert.deepEqual(await replay(completed, { services: [serviceWith(code)] }), { kind: "completed" });
    assert.deepEqual(await replay(waiting, { services: [serviceWith(code)] }), { kind: "waiting" });
  });

  it("passes code that changed only after the recorded part", async () => {
    let ran = 0;
    const longer: Code = async (ctx, input) => {
      const id = await ctx.run("reserve", () => 7);
      await ctx.sleep({ hours: 1 }, "cool down");
      await ctx.serviceClient(serviceWith(code)).other(id);
      return ctx.run("new", () => {
        ran++;
        return input;
      });
    };
    assert.equal((await replay(waiting, { services: [serviceWith(longer)] })).kind, "beyond");
    assert.equal(ran, 0);
  });

  it("names a step that was renamed", async () => {
    const error = await mismatch(async (ctx) => ctx.run("book", () => 7));
    assert.equal(error.commandIndex, 1);
    assert.equal(error.commandName, "book");
    assert.equal(error.expected, "Run 'reserve'");
    assert.equal(error.found, "Run 'book'");
  });

  it("names a step that was put in between", async () => {
    const error = await mismatch(async (ctx) => {
      const id = await ctx.run("reserve", () => 7);
      return ctx.serviceClient(serviceWith(code)).other(id);
    });
    assert.equal(error.commandIndex, 2);
    assert.equal(error.expected, "Sleep 'cool down'");
    assert.match(error.found, /^Call/);
    assert.match(
      error.message,
      /command 2 differs: the journal has Sleep 'cool down', the code now asks for Call/,
    );
  });

  it("names the end that comes too early", async () => {
    const error = await mismatch(async (ctx) => ctx.run("reserve", () => 7), waiting);
    assert.equal(error.commandIndex, 2);
    assert.match(error.found, /^Output/);
  });

  it("names another result at the end", async () => {
    const error = await mismatch(async (ctx, input) => `${await code(ctx, input)}!`);
    assert.equal(error.commandIndex, 4);
    assert.match(error.details, /x 7 woken!/);
  });

  it("tells code that fails, hangs or is not there from a mismatch", async () => {
    const run = (changed: Code) => replay(completed, { services: [serviceWith(changed)], timeoutMs: 20 });
    await assert.rejects(
      run(() => Promise.reject(new Error("broken"))),
      { name: "Error", message: "broken" },
    );
    await assert.rejects(
      run(() => new Promise(() => {})),
      /neither ended nor waited within 20 ms/,
    );
    await assert.rejects(replay(completed, { services: [] }), /there is no handler Orders\/order/);
  });
});
