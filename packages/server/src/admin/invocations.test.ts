import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDeploymentId } from "@pawl/protocol";
import type { Command } from "../partition/commands.js";
import { AdminFixture } from "./admin.test.kit.js";

const ID = "inv_1foAirY4KKzi0aaaaaaaaaaaaaaaaaaaaa";

const KINDS: Record<string, Command["kind"]> = {
  cancel: "cancelRequest",
  kill: "killRequest",
  pause: "pauseRequest",
  purge: "purgeRequest",
  "purge-journal": "purgeJournalRequest",
  resume: "resumeRequest",
  "restart-as-new": "restartRequest",
};

test("what is done to an invocation becomes a command, and its answer a status", async () => {
  const incompatible = { kind: "incompatible-deployment", deploymentId: "dp_1", protocolVersion: 6 } as const;
  for (const [action, response, status] of [
    ["cancel", { kind: "done" }, 200],
    ["cancel", { kind: "signalled" }, 202],
    ["cancel", { kind: "already-completed" }, 409],
    ["kill", { kind: "done" }, 200],
    ["kill", { kind: "already-completed" }, 409],
    ["pause", { kind: "done" }, 202],
    ["pause", { kind: "already-paused" }, 200],
    ["pause", { kind: "not-running" }, 409],
    ["purge", { kind: "done" }, 200],
    ["purge", { kind: "not-completed" }, 409],
    ["purge-journal", { kind: "done" }, 200],
    ["purge-journal", { kind: "not-completed" }, 409],
    ["resume", { kind: "done" }, 200],
    ["resume", { kind: "already-completed" }, 409],
    ["resume", { kind: "not-started" }, 425],
    ["resume", { kind: "deployment-in-use" }, 409],
    ["resume", { kind: "unknown-deployment" }, 400],
    ["resume", incompatible, 400],
    ["restart-as-new", { kind: "not-completed" }, 409],
    ["restart-as-new", { kind: "not-started" }, 425],
    ["restart-as-new", { kind: "not-restartable" }, 422],
    ["restart-as-new", { kind: "journal-gone" }, 410],
    ["restart-as-new", { kind: "bad-prefix" }, 400],
    ["restart-as-new", incompatible, 400],
  ] as const) {
    const admin = new AdminFixture();
    const kind = KINDS[action] as Command["kind"];
    admin.runtime.answers = { [kind]: response };
    const answer = await admin.request("PATCH", `/v4/invocations/${ID}/${action}`);
    assert.equal(answer.status, status, `${action} ${response.kind}`);
    if (status < 400) assert.equal(answer.body, "");
    else assert.match((answer.body as { message: string }).message, new RegExp(ID));
    const [command] = admin.runtime.commands;
    assert.equal(command?.kind, kind);
    assert.equal(command !== undefined && "id" in command && command.id, ID);
  }
});

test("unknown invocations are 404, texts that are no id 400", async () => {
  for (const [action, kind] of Object.entries(KINDS)) {
    const admin = new AdminFixture();
    admin.runtime.answers = { [kind]: { kind: "not-found", id: ID, isAttach: false } };
    assert.equal(
      await admin.refusal("PATCH", `/invocations/${ID}/${action}`),
      `404 null The requested invocation '${ID}' does not exist`,
    );
    assert.match(
      await admin.refusal("PATCH", `/invocations/xx/${action}`),
      /^400 null The request field 'invocation_id' is invalid/,
    );
  }
});

test("DELETE kills, or does what its mode says", async () => {
  for (const [query, command] of [
    ["", "killRequest"],
    ["?mode=kill", "killRequest"],
    ["?mode=Kill", "killRequest"],
    ["?mode=cancel", "cancelRequest"],
    ["?mode=Cancel", "cancelRequest"],
    ["?mode=purge", "purgeRequest"],
  ] as const) {
    const admin = new AdminFixture();
    admin.runtime.answers = { [command]: { kind: "done" } };
    const { status, body } = await admin.request("DELETE", `/invocations/${ID}${query}`);
    assert.deepEqual([status, body], [202, ""], query);
    assert.equal(admin.runtime.commands[0]?.kind, command);
  }
  assert.match(
    await new AdminFixture().refusal("DELETE", `/invocations/${ID}?mode=foo`),
    /^400 null The request query parameter 'mode' is invalid/,
  );
});

test("a deployment to go on with is kept, the latest, or named", async () => {
  const dp = `dp_1${"a".repeat(22)}`;
  const named = formatDeploymentId(new Uint8Array(16));
  for (const [action, response] of [
    ["resume", { kind: "done" }],
    ["restart-as-new", { kind: "restarted", newId: ID }],
  ] as const) {
    for (const [query, deployment] of [
      ["", "keep"],
      ["?deployment=Keep", "keep"],
      ["?deployment=latest", "latest"],
      [`?deployment=${named}`, named],
    ]) {
      const admin = new AdminFixture();
      admin.runtime.answers = { [KINDS[action] as string]: response };
      assert.equal((await admin.request("PATCH", `/invocations/${ID}/${action}${query}`)).status, 200);
      const [command] = admin.runtime.commands;
      assert.equal(command !== undefined && "deployment" in command && command.deployment, deployment);
    }
    for (const bad of ["x", dp]) {
      const refusal = await new AdminFixture().refusal(
        "PATCH",
        `/invocations/${ID}/${action}?deployment=${bad}`,
      );
      assert.match(refusal, /^400 null .*'deployment'/);
    }
  }
});

test("a restart answers with the new id, and may begin in the middle", async () => {
  const newId = `${ID.slice(0, -1)}b`;
  for (const [query, from] of [
    ["", null],
    ["?from=0", 0],
    ["?from=17", 17],
  ] as const) {
    const admin = new AdminFixture();
    admin.runtime.answers = { restartRequest: { kind: "restarted", newId } };
    const answer = await admin.request("PATCH", `/invocations/${ID}/restart-as-new${query}`);
    assert.deepEqual([answer.status, answer.body], [200, { new_invocation_id: newId }]);
    const [command] = admin.runtime.commands;
    assert.equal(command?.kind === "restartRequest" && command.from, from);
  }
  for (const from of ["x", "-1", "1.5", "4294967296"]) {
    const refusal = await new AdminFixture().refusal(
      "PATCH",
      `/invocations/${ID}/restart-as-new?from=${from}`,
    );
    assert.match(refusal, /^400 null .*'from'/);
  }
});

test("many are restarted or resumed at once", async () => {
  const admin = new AdminFixture();
  const newId = `${ID.slice(0, -1)}b`;
  admin.runtime.answers = { restartRequest: { kind: "restarted", newId }, resumeRequest: { kind: "done" } };
  const path = "/internal/invocations_batch_operations";
  const restarted = await admin.request("POST", `${path}/restart-as-new`, { invocation_ids: [ID] });
  assert.deepEqual(restarted.body, {
    succeeded: [{ old_invocation_id: ID, new_invocation_id: newId }],
    failed: [],
  });
  const resumed = await admin.request("POST", `${path}/resume`, {
    invocation_ids: [ID],
    deployment: "Latest",
  });
  assert.deepEqual(resumed.body, { succeeded: [ID], failed: [] });
  const [, command] = admin.runtime.commands;
  assert.equal(command?.kind === "resumeRequest" && command.deployment, "latest");
});

test("many invocations at once", async () => {
  const admin = new AdminFixture();
  admin.runtime.answers = { killRequest: { kind: "not-found", id: ID, isAttach: false } };
  const path = "/internal/invocations_batch_operations/kill";
  assert.deepEqual((await admin.request("POST", path, { invocation_ids: [ID] })).body, {
    succeeded: [],
    failed: [{ invocation_id: ID, error: `The requested invocation '${ID}' does not exist` }],
  });
  admin.runtime.answers = { killRequest: { kind: "done" } };
  assert.deepEqual((await admin.request("POST", path, { invocation_ids: [ID, ID] })).body, {
    succeeded: [ID, ID],
    failed: [],
  });
  assert.match(
    await admin.refusal("POST", path, { invocation_ids: ["x"] }),
    /^400 null .*'invocation_ids.0'/,
  );
  assert.match(
    await admin.refusal("POST", path, { invocation_ids: Array(1001).fill(ID) }),
    /^400 null .*'invocation_ids'/,
  );
});
