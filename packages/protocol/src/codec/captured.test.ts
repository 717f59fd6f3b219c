/** Frames that the official server and SDK exchanged: decoded and encoded again they must be the same bytes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hex, unhex } from "../hex.test.helper.js";
import { formatInvocationId, parseInvocationId } from "../ids.js";
import { isCommand, isNotification, messageName } from "../message-types.js";
import { MessageType } from "../messages.js";
import * as codec from "./index.js";

interface CapturedFrame {
  readonly from: "server" | "endpoint";
  readonly type: number;
  readonly flags: number;
  readonly payload: string;
}
interface Conversation {
  readonly scenario: string;
  readonly path: string;
  readonly frames: readonly CapturedFrame[];
}

function load(name: string): Conversation[] {
  // From dist/codec/ to fixtures/.
  const file = new URL(`../../fixtures/${name}.json`, import.meta.url);
  const { conversations } = JSON.parse(readFileSync(file, "utf8")) as {
    conversations: { scenario: string; path: string; frames: string[] }[];
  };
  return conversations.map(({ scenario, path, frames }) => ({
    scenario,
    path,
    frames: frames.map((line) => {
      const [from, type, flags, payload = ""] = line.split(" ");
      return {
        from: from as CapturedFrame["from"],
        type: Number.parseInt(type!, 16),
        flags: Number.parseInt(flags!, 16),
        payload,
      };
    }),
  }));
}

interface AnyCodec {
  encode(message: unknown): Uint8Array;
  decode(payload: Uint8Array): unknown;
}

function codecOf(type: number): AnyCodec {
  const found = isNotification(type)
    ? codec.Notification
    : (codec as unknown as Record<string, AnyCodec>)[messageName(type)];
  assert.ok(found, `no codec for ${messageName(type)}`);
  return found as AnyCodec;
}

for (const name of ["official-v5", "official-v6", "official-v7", "written-by-pawl-v6"]) {
  const conversations = load(name);

  test(`${name}: every frame decodes, and encodes to the same bytes`, () => {
    for (const { scenario, path, frames } of conversations) {
      for (const { type, payload } of frames) {
        const of = codecOf(type);
        const message = of.decode(unhex(payload));
        assert.equal(hex(of.encode(message)), payload, `${scenario} ${path} ${messageName(type)}`);
      }
    }
  });

  test(`${name}: the text of each invocation id is the text of its bytes`, () => {
    for (const { frames } of conversations) {
      const start = codec.Start.decode(unhex(frames[0]!.payload));
      assert.equal(formatInvocationId(start.id), start.debugId);
      assert.deepEqual(parseInvocationId(start.debugId), new Uint8Array(start.id));
    }
  });

  test(`${name}: as many entries follow Start as it announces, the first is Input`, () => {
    for (const { frames } of conversations) {
      const { knownEntries } = codec.Start.decode(unhex(frames[0]!.payload));
      const replay = frames.filter((frame) => frame.from === "server").slice(1, 1 + knownEntries);
      assert.equal(replay.length, knownEntries);
      assert.equal(replay[0]!.type, MessageType.Input);
      assert.ok(replay.every((frame) => isCommand(frame.type) || isNotification(frame.type)));
    }
  });
}

test("the captures cover every message type", () => {
  const seen = new Set<number>();
  for (const name of ["official-v6", "official-v7", "written-by-pawl-v6"]) {
    for (const { frames } of load(name)) for (const { type } of frames) seen.add(type);
  }
  const missing = Object.values(MessageType).filter((type) => !seen.has(type));
  assert.deepEqual(missing.map(messageName), []);
});

test("what this package encoded came back from the official server byte for byte", () => {
  const attempts = load("written-by-pawl-v6").filter((c) => c.path === "/invoke/Raw/go");
  assert.equal(attempts.length, 2);
  const commands = (frames: readonly CapturedFrame[], from: string): string[] =>
    frames
      .filter((frame) => frame.from === from && isCommand(frame.type) && frame.type !== MessageType.Input)
      .map((frame) => `${messageName(frame.type)} ${frame.payload}`);
  const written = commands(attempts[0]!.frames, "endpoint");
  assert.ok(written.length > 15);
  assert.deepEqual(commands(attempts[1]!.frames, "server"), written);
});
