import assert from "node:assert/strict";
import { test } from "node:test";
import { AdminFixture } from "./admin.test.kit.js";

const ID = "inv_1foAirY4KKzi0aaaaaaaaaaaaaaaaaaaaa";

test("what is done to an invocation becomes a command, and its answer a status", async () => {
  for (const [action, response, status] of [
    ["cancel", "done", 200],
    ["cancel", "signalled", 202],
    ["cancel", "already-completed", 409],
    ["kill", "done", 200],
    ["kill", "already-completed", 409],
    ["purge", "done", 200],
    ["purge", "not-completed", 409],
    ["resume", "done", 200],
    ["resume", "already-completed", 409],
  ] as const) {
    const admin = new AdminFixture();
    admin.runtime.answers = { [`${action}Request`]: { kind: response } };
    const answer = await admin.request("PATCH", `/v4/invocations/${ID}/${action}`);
    assert.equal(answer.status, status, `${action} ${response}`);
    if (status < 400) assert.equal(answer.body, "");
    else assert.match((answer.body as { message: string }).message, new RegExp(ID));
    const [command] = admin.runtime.commands;
    assert.equal(command?.kind, `${action}Request`);
    assert.equal(command !== undefined && "id" in command && command.id, ID);
  }
});

test("unknown invocations are 404, texts that are no id 400", async () => {
  for (const action of ["cancel", "kill", "purge", "resume"]) {
    const admin = new AdminFixture();
    admin.runtime.answers = { [`${action}Request`]: { kind: "not-found", id: ID, isAttach: false } };
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

test("resuming on another deployment is not there yet", async () => {
  const admin = new AdminFixture();
  admin.runtime.answers = { resumeRequest: { kind: "done" } };
  assert.equal((await admin.request("PATCH", `/invocations/${ID}/resume?deployment=keep`)).status, 200);
  assert.match(await admin.refusal("PATCH", `/invocations/${ID}/resume?deployment=latest`), /^501 null /);
  assert.match(
    await admin.refusal("PATCH", `/invocations/${ID}/resume?deployment=x`),
    /^400 null .*'deployment'/,
  );
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
