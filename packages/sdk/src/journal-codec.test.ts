import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { MessageType, codec as messages } from "@pawl/protocol";
import type { Context, ObjectContext } from "./context/context.js";
import { object, service } from "./definitions/service.js";
import type { JournalValueCodec } from "./journal-codec.js";
import { bytes } from "./machine/story.test.kit.js";
import { RestatePromise } from "./runtime/restate-promise.js";
import { InvocationServer, inOrder, type JournalEntry, textOf } from "./runtime/server.test.kit.js";
import { serde } from "./serde.js";

let sequence = 0;

/** Puts a number in front that is another one each time, and takes a while to take it away. */
const numbering: JournalValueCodec = {
  encode: (value) => Uint8Array.of(...bytes(`${++sequence}:`), ...value),
  decode: async (value) => {
    const text = new TextDecoder().decode(value);
    await delay(text.includes("slow") ? 5 : 0);
    if (!/^\d+:/.test(text)) throw new Error(`'${text}' is not encoded`);
    return bytes(text.slice(text.indexOf(":") + 1));
  },
};

const input = (text: string): JournalEntry => ({
  type: MessageType.Input,
  payload: messages.Input.encode({ headers: [], value: bytes(text) }),
});
const endpoint = { journalValueCodecProvider: async () => numbering };
const callee = service({ name: "Callee", handlers: { echo: async (_: Context, text: string) => text } });

describe("a journal value codec", () => {
  it("transforms every value, and replay does not compare what it makes", async () => {
    const definition = object({
      name: "Test",
      handlers: {
        it: async (ctx: ObjectContext, given: string) => {
          const ran = await ctx.run("r", () => "ran");
          ctx.set("s", "state");
          ctx.resolveAwakeable("sign_1x", "awakeable");
          ctx.resolveAwakeable("sign_1y", undefined, serde.json);
          const called = await ctx.serviceClient(callee).echo("call");
          return [given, ran, await ctx.get("s"), called];
        },
      },
    });
    const options = { endpoint, key: "k", partialState: false, journal: [input('0:"given"')] };
    const server = new InvocationServer(definition, "it", options);
    server.start();
    const outcome = await server.finish(inOrder);
    assert.equal(outcome.kind, "completed");
    assert.match(
      outcome.kind === "completed" ? outcome.output : "",
      /^\d+:\["given","ran","state","call"\]$/,
    );
    const lines = server.journal.map(textOf);
    for (const type of ["SetState", "CompleteAwakeable", "Call "]) {
      const line = lines.find((candidate) => candidate.startsWith(type));
      assert.match(line ?? "", /"\d+:(?!")/, `${type} is encoded`);
    }
    assert.match(lines.filter((line) => line.startsWith("CompleteAwakeable"))[1]!, /"\d+:"/);

    const replayed = new InvocationServer(definition, "it", {
      ...options,
      journal: server.journal.slice(0, -1),
    });
    replayed.start();
    const again = await replayed.finish(inOrder);
    assert.match(again.kind === "completed" ? again.output : again.kind, /^\d+:\["given","ran",/);
  });

  it("keeps the order of the journal, however long decoding takes", async () => {
    const definition = service({
      name: "Test",
      handlers: {
        it: async (ctx: Context) => {
          const calls = ["slow", "fast"].map((text) => ctx.serviceClient(callee).echo(text));
          return RestatePromise.race(calls);
        },
      },
    });
    const server = new InvocationServer(definition, "it", { endpoint, journal: [input("0:")] });
    server.start();
    const outcome = await server.finish({
      // Ids and results alternate: the slow result comes first, then the fast one, then the rest.
      choose: (count) => (count > 2 ? [2, 1][count - 3] : inOrder.choose(count)),
    });
    assert.match(outcome.kind === "completed" ? outcome.output : outcome.kind, /^\d+:"slow"$/);
  });

  it("that cannot decode the input is a terminal error; another value fails the attempt and its command", async () => {
    const definition = service({
      name: "Test",
      handlers: { it: async (ctx: Context) => ctx.serviceClient(callee).echo("x") },
    });
    const bad = new InvocationServer(definition, "it", { endpoint, journal: [input("plain")] });
    bad.start();
    const outcome = await bad.finish(inOrder);
    assert.match(
      outcome.kind === "completed" ? outcome.output : outcome.kind,
      /^400 Failed to decode input using journal value codec: 'plain'/,
    );
    const server = new InvocationServer(definition, "it", { endpoint, journal: [input("0:")] });
    server.callResult = () => ({ kind: "value", value: bytes("bare") });
    server.start();
    const failed = await server.finish(inOrder);
    assert.ok(failed.kind === "failed");
    assert.match(failed.error.message, /'bare' is not encoded/);
    assert.equal(failed.error.relatedCommandType, MessageType.Call);
  });

  it("that is not to be had fails the attempt, and the next one asks again; otherwise it is made once", async () => {
    let asked = 0;
    const provider = async (): Promise<JournalValueCodec> => {
      if (++asked === 1) throw new Error("no key");
      return numbering;
    };
    const definition = service({ name: "Test", handlers: { it: async () => "done" } });
    const server = new InvocationServer(definition, "it", {
      endpoint: { journalValueCodecProvider: provider },
      journal: [input("0:")],
    });
    const kinds: string[] = [];
    for (let i = 0; i < 3; i++) {
      server.start();
      kinds.push((await server.finish(inOrder)).kind);
      server.journal.length = 1;
    }
    assert.deepEqual([kinds, asked], [["failed", "completed", "completed"], 2]);
  });
});
