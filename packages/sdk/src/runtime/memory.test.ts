import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { codec, encodeFrame, MessageType } from "@pawl/protocol";
import type { Context } from "../context/context.js";
import { service } from "../definitions/service.js";
import { Endpoint } from "../endpoint/endpoint.js";
import { bytes, RAW_ID } from "../machine/story.test.kit.js";

const INVOCATIONS = 3_000;
const INVOCATIONS_PER_COLLECTION = 50;
/** They are under way during two collections, and so moved to the old generation. */
const MOVED_INVOCATIONS = 20;
/** What one invocation may leave to the old generation. When they keep each other, it is some thousands. */
const LEFT_BYTES = 1_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options: { type: "minor" }) => void;

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")!.space_used_size;

/*
 * Whatever links an attempt to a later one, be it dead (V8 makes such links for accessors of object literals and in the tables
 * of a Map), lets all of them survive once one was moved to the old generation: half of an endpoint's time was that.
 */
it("attempts that are over leave nothing to the old generation", async () => {
  const endpoint = new Endpoint({
    services: [
      service({
        name: "S",
        handlers: {
          run: async (ctx: Context) => {
            if (begun++ < MOVED_INVOCATIONS) {
              collect({ type: "minor" });
              collect({ type: "minor" });
            }
            ctx.genericSend({ service: "Other", method: "m", parameter: new Uint8Array() });
            return ctx.request().attemptHeaders.size;
          },
        },
      }),
    ],
    logger: () => {},
    developmentChecks: false,
  });
  let begun = 0;
  const start = codec.Start.encode({
    id: RAW_ID,
    debugId: "inv_1test",
    knownEntries: 1,
    stateMap: [],
    partialState: true,
    key: "",
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
    randomSeed: 1n,
  });
  const input = codec.Input.encode({ headers: [], value: bytes("") });
  const opening = Buffer.concat([
    encodeFrame(MessageType.Start, start),
    encodeFrame(MessageType.Input, input),
  ]);
  const invoke = (): void => {
    const headers = { "content-type": "application/vnd.restate.invocation.v6" };
    const answer = endpoint.handle({ path: "/invoke/S/run", headers, mode: "BIDI_STREAM" });
    assert.equal(answer.kind, "stream");
    const attempt = answer.start({ write: () => true, end: () => {} });
    attempt.receive(opening);
  };
  /** @returns the bytes that were moved to the old generation. A full collection may have taken some away meanwhile. */
  const invokeAll = async (): Promise<number> => {
    let moved = 0;
    for (let i = 0; i < INVOCATIONS; i++) {
      invoke();
      if (i % INVOCATIONS_PER_COLLECTION !== 0) continue;
      // None is under way.
      await turn();
      const before = oldBytes();
      collect({ type: "minor" });
      moved += Math.max(0, oldBytes() - before);
    }
    return moved;
  };

  // Code that is compiled meanwhile goes to the old generation, too.
  await invokeAll();
  const left = (await invokeAll()) / INVOCATIONS;

  assert.ok(left < LEFT_BYTES, `${left.toFixed(0)} bytes an invocation`);
});
