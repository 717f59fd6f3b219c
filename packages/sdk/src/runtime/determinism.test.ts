import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { isCommand, MessageType } from "@pawl/protocol";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { TerminalError } from "../errors.js";
import { RestatePromise } from "./restate-promise.js";
import { InvocationServer, type JournalEntry, textOf } from "./server.test.kit.js";

const callee = service({ name: "Callee", handlers: { echo: async (_: Context, text: string) => text } });

/** Handlers whose course depends on the order of results, on randomness, and on plain asynchronous code between. */
const programs = service({
  name: "Programs",
  handlers: {
    sequence: async (ctx: Context) => {
      const a = await ctx.run("a", () => 1);
      await ctx.sleep(10);
      const b = await ctx.run("b", async () => a + 1);
      const c = await ctx.serviceClient(callee).echo(`b=${b}`);
      return { a, b, c, uuid: ctx.rand.uuidv4(), random: ctx.rand.random() };
    },
    raceSleeps: async (ctx: Context) => {
      const won: number[] = [];
      let open = [0, 1, 2, 3, 4].map((i) => ctx.sleep(10 * i).map(() => i));
      while (open.length > 0) {
        const winner = await RestatePromise.race(open);
        won.push(winner);
        await ctx.run(`won-${winner}`, () => winner);
        const indexes = [0, 1, 2, 3, 4].filter((i) => !won.includes(i));
        open = open.filter((_, at) => indexes.length > at);
        open = indexes.map((i) => ctx.sleep(10 * i).map(() => i));
      }
      return won;
    },
    branches: async (ctx: Context) => {
      const log: string[] = [];
      const branch = async (name: string, hops: number): Promise<void> => {
        for (let i = 0; i < 3; i++) {
          await ctx.sleep(10, `${name}${i}`);
          for (let hop = 0; hop < hops; hop++) await Promise.resolve();
          log.push(await ctx.run(`${name}${i}`, () => `${name}${i}`));
        }
      };
      await Promise.all([branch("x", 0), branch("y", 7), branch("z", 2)]);
      return log;
    },
    combinators: async (ctx: Context) => {
      const echo = (text: string) => ctx.serviceClient(callee).echo(text);
      const first = await RestatePromise.race([echo("1"), RestatePromise.all([echo("2"), echo("3")])]);
      const any = await RestatePromise.any([
        ctx.run("fails", () => {
          throw new TerminalError("no");
        }),
        echo("4"),
        ctx.sleep(5).map(() => "slept"),
      ]);
      const settled = await RestatePromise.allSettled([
        echo("5"),
        RestatePromise.reject(new TerminalError("x")),
      ]);
      const timed = await echo("6")
        .orTimeout(100)
        .catch((error: Error) => error.name);
      return { first, any, settled: settled.map((s) => s.status), timed };
    },
    parallelRuns: async (ctx: Context) => {
      const slow = async (i: number): Promise<number> => {
        for (let hop = 0; hop < 5 - i; hop++) await turn();
        return i;
      };
      const open = [1, 2, 3, 4].map((i) => ctx.run(`r${i}`, () => slow(i)));
      const first = await RestatePromise.race(open);
      const all = await RestatePromise.all(open);
      return { first, all };
    },
    sends: async (ctx: Context) => {
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) {
        const handle = ctx.serviceSendClient(callee).echo(`${i}`);
        if (i % 2 === 0) ids.push(await handle.invocationId);
      }
      const { id } = ctx.awakeable<string>();
      ctx.resolveAwakeable(id, "x");
      return { ids, id };
    },
  },
});

/** A small generator of numbers from a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function record(
  handler: string,
  seed: number,
  version: 6 | 7,
): Promise<{ journal: JournalEntry[]; output: string }> {
  const server = new InvocationServer(programs, handler, { version });
  const next = numbers(seed);
  server.start();
  const outcome = await server.finish({
    choose: (count) => (count > 0 && next(3) > 0 ? next(count) : undefined),
  });
  assert.equal(outcome.kind, "completed", `${handler} ${JSON.stringify(outcome)}`);
  return { journal: server.journal, output: outcome.kind === "completed" ? outcome.output : "" };
}

/**
 * Replays the first entries of a recorded journal, then plays the rest: each recorded result is delivered when the journal
 * has come to its place. @returns the whole journal, and the output
 */
async function replayFrom(
  recorded: readonly JournalEntry[],
  prefix: number,
  handler: string,
  version: 6 | 7,
): Promise<{ journal: JournalEntry[]; output: string }> {
  const server = new RecordedServer(recorded, prefix, handler, version);
  server.start();
  for (let turns = 0; turns < 1000 && server.outcome === undefined; turns++) {
    await turn();
    server.advance();
  }
  const { outcome } = server;
  assert.equal(outcome?.kind, "completed", JSON.stringify(outcome));
  return { journal: server.journal, output: outcome.kind === "completed" ? outcome.output : "" };
}

class RecordedServer extends InvocationServer {
  constructor(
    private readonly recorded: readonly JournalEntry[],
    prefix: number,
    handler: string,
    version: 6 | 7,
  ) {
    super(programs, handler, { version, journal: recorded.slice(0, prefix) });
  }

  protected override onCommand(type: number, payload: Uint8Array): void {
    super.onCommand(type, payload);
    // Results come from the record alone.
    this.pending.length = 0;
  }

  advance(): void {
    const next = this.recorded[this.journal.length];
    if (next === undefined || isCommand(next.type) || next.type === MessageType.RunCompletion) return;
    this.passOn(next);
  }
}

describe("replay from every prefix of a journal", () => {
  for (const version of [6, 7] as const) {
    for (const handler of ["sequence", "raceSleeps", "branches", "combinators", "sends"]) {
      it(`gives the same commands and the same output: ${handler} (V${version})`, async () => {
        for (let seed = 1; seed <= 8; seed++) {
          const { journal, output } = await record(handler, seed, version);
          for (let prefix = 1; prefix <= journal.length; prefix++) {
            const again = await replayFrom(journal, prefix, handler, version);
            const context = `seed ${seed}, prefix ${prefix}`;
            assert.deepEqual(again.journal.map(textOf), journal.map(textOf), context);
            assert.equal(again.output, output, context);
          }
        }
      });
    }
  }

  it("gives the same output when an attempt is suspended wherever it can be", async () => {
    for (const handler of ["sequence", "raceSleeps", "branches", "combinators", "sends", "parallelRuns"]) {
      const server = new InvocationServer(programs, handler);
      let output: string | undefined;
      for (let attempt = 0; attempt < 200 && output === undefined; attempt++) {
        server.start();
        server.endInput();
        const outcome = await server.finish({ choose: () => undefined });
        if (outcome.kind === "completed") output = outcome.output;
        else if (outcome.kind === "suspended" && server.pending.length > 0) server.store(0);
        else assert.equal(outcome.kind, "suspended", JSON.stringify(outcome));
      }
      assert.ok(output, handler);
      const again = new InvocationServer(programs, handler, { journal: server.journal });
      again.start();
      const outcome = await again.finish({ choose: () => undefined });
      assert.deepEqual(outcome, { kind: "completed", output });
    }
  });
});
