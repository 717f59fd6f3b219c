import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageType } from "@pawl/protocol";
import type { AttemptState, Invocation } from "../partition/model.js";
import { fromRow } from "../partition/rows.js";
import { TurnoverMap } from "../partition/turnover-map.js";
import { invocation } from "../store/suite/rows.js";
import { attemptSnapshots } from "./attempt-snapshots.js";

const registry = {
  handler: () => ({ deploymentId: "dp_newest" }),
  deployment: (id: string) => ({ sdkVersion: `sdk of ${id}` }),
} as unknown as Parameters<typeof attemptSnapshots>[1];

const begun: AttemptState = {
  epoch: 1,
  phase: "running",
  startedAt: 1_000,
  retryCount: 0,
  failingSince: 0,
  nextRetryAt: 0,
  lastFailure: null,
};

function snapshots(...invocations: readonly (Partial<Invocation> & { readonly num: number })[]) {
  const byNum = new TurnoverMap<number, Invocation>();
  for (const each of invocations) byNum.set(each.num, { ...fromRow(invocation(each.num)), ...each });
  return attemptSnapshots([{ byNum }], registry);
}

test("an invocation that has begun no attempt is left out", () => {
  assert.deepEqual(snapshots({ num: 1 }, { num: 2, attempt: { ...begun, epoch: 0, phase: "ready" } }), []);
});

test("the first attempt counts, and goes where its handler is", () => {
  assert.deepEqual(snapshots({ num: 1, deployment: null, attempt: begun }), [
    {
      num: 1,
      inFlight: true,
      startedAttempts: 1,
      lastStartAt: 1_000,
      nextRetryAt: null,
      deployment: "dp_newest",
      server: "sdk of dp_newest",
      failure: null,
    },
  ]);
});

test("a failed attempt tells why, and when the next one begins", () => {
  const lastFailure = {
    code: 500,
    message: "boom",
    stacktrace: "at f",
    docCode: "RT0007",
    relatedCommandIndex: 2,
    relatedCommandName: "step",
    relatedCommandType: MessageType.Run,
  };
  const attempt: AttemptState = {
    ...begun,
    phase: "backing-off",
    retryCount: 3,
    nextRetryAt: 2_000,
    lastFailure,
  };
  assert.deepEqual(snapshots({ num: 1, deployment: "dp_1", attempt }), [
    {
      num: 1,
      inFlight: false,
      startedAttempts: 3,
      lastStartAt: 1_000,
      nextRetryAt: 2_000,
      deployment: "dp_1",
      server: "sdk of dp_1",
      failure: {
        text: "[500 Internal] boom\nat f",
        docCode: "RT0007",
        commandIndex: 2,
        commandName: "step",
        commandType: "Run",
      },
    },
  ]);
});
