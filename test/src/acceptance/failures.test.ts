import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SERVICES, World } from "./world.js";

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 150;
/** Delays that doubled without a bound would take minutes. */
const FAILURES = 12;

let world: World;
before(async () => {
  world = await World.start(
    {
      PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: `${FIRST_DELAY_MS}ms`,
      PAWL_DEFAULT_RETRY_POLICY__MAX_INTERVAL: `${MAX_DELAY_MS}ms`,
      PAWL_DEFAULT_RETRY_POLICY__MAX_ATTEMPTS: "unlimited",
    },
    SERVICES,
  );
});
after(() => world?.stop());

test("A24 a plain Error is repeated until the handler succeeds, with delays that double up to a bound", async () => {
  const name = world.name();
  const { status, text } = await world.call("acceptance.Worker/Stumble", { name, repeats: FAILURES });
  assert.deepEqual([status, text], [200, `{"text":"attempt ${FAILURES + 1}"}`]);
  const times = world.notes(name).map(({ at }) => at);
  const delays = times.slice(1).map((at, i) => at - times[i]!);
  for (const [i, delay] of delays.entries()) {
    const least = Math.min(FIRST_DELAY_MS * 2 ** i, MAX_DELAY_MS);
    assert.ok(delay >= least - 1, `${delays}`);
  }
  const unbounded = FIRST_DELAY_MS * (2 ** FAILURES - 1);
  assert.ok(times.at(-1)! - times[0]! < unbounded, `${delays}`);
});

test("A25 a TerminalError reaches the caller with its code and message", async () => {
  const refusal = { name: world.name(), code: 5, reason: "no such ticket" };
  const { status, headers, text } = await world.call("acceptance.Worker/Refuse", refusal);
  assert.deepEqual([status, headers.get("content-type")], [404, "application/json"]);
  assert.deepEqual(JSON.parse(text), { code: "not_found", message: "no such ticket" });
  assert.equal(world.notes(refusal.name).length, 1);
});

/** A call that waits for its answer, of which the id is known all the same. */
async function waitFor(method: string, request: { readonly name: string }) {
  const headers = { "idempotency-key": world.name() };
  const answer = world.call(method, request, headers);
  const [service, name] = method.split("/");
  const again = { service, method: name, argument: request };
  const { text } = await world.call("dev.restate.Ingress/Invoke", again, headers);
  return { answer, id: (JSON.parse(text) as { id: string }).id };
}

test("A26 DELETE of an invocation that fails again and again ends it, and the next of its key begins", async () => {
  const [account, failing, next] = [world.name(), world.name(), world.name()];
  const { answer, id } = await waitFor("acceptance.Account/Stumble", { account, name: failing } as never);
  await world.noted(failing, 2);
  const queued = await world.invoke("acceptance.Account/Count", { account, name: next, text: "next" });
  world.open(next);
  assert.deepEqual(world.notes(next), []);
  const { status } = await world.admin("DELETE", `/invocations/${id}`);
  assert.ok(status >= 200 && status < 300, String(status));
  const { status: code, text } = await answer;
  assert.equal(code, 409);
  assert.deepEqual(JSON.parse(text), { code: "aborted", message: "killed" });
  assert.equal((await world.outcome(queued)).status, 200);
});

test("A27 DELETE with an id that is none is refused", async () => {
  const { status, text } = await world.admin("DELETE", "/invocations/nonsense");
  assert.equal(status, 400);
  const { message } = JSON.parse(text) as { message: string };
  assert.match(message, /^The request field 'invocation_id' is invalid\. Reason: /);
});

test("A28 DELETE of an invocation in its key's queue ends that one alone", async () => {
  const [account, first, second, third] = [world.name(), world.name(), world.name(), world.name()];
  const request = (name: string) => ({ account, name, text: "it" });
  const running = await waitFor("acceptance.Account/Count", request(first));
  await world.noted(first);
  const queued = await waitFor("acceptance.Account/Count", request(second));
  const last = await waitFor("acceptance.Account/Count", request(third));
  await world.admin("DELETE", `/invocations/${queued.id}`);
  const { status, text } = await queued.answer;
  assert.deepEqual([status, JSON.parse(text)], [409, { code: "aborted", message: "killed" }]);
  for (const gate of [first, second, third]) world.open(gate);
  assert.equal((await running.answer).text, '{"count":1}');
  assert.equal((await last.answer).text, '{"count":2}');
  assert.deepEqual(world.notes(second), []);
});

test("A39 what a side effect returned stands over kill -9 of the endpoint", async () => {
  const name = world.name();
  const id = await world.invoke("acceptance.Worker/Steps", { name });
  await world.noted(`${name}, second step`);
  await world.killEndpoints();
  await world.noted(`${name}, second step`, 2);
  world.open(name);
  const { text } = await world.outcome(id);
  const [recorded, ...others] = world.notes(name);
  assert.ok(text.includes(recorded!.value), text);
  assert.deepEqual(others, []);
});

test("A39 a side effect whose retries are exhausted says so", async () => {
  const name = world.name();
  const { status, text } = await world.call("acceptance.Worker/GiveUp", { name, repeats: 2 });
  assert.equal(status, 500);
  assert.deepEqual(JSON.parse(text), {
    code: "internal",
    message: "Retries exhausted for charge. Last error: RangeError: no such amount",
  });
  assert.equal(world.notes(name).length, 3);
});

test("A40 code that does something else than its journal is repeated, shown with RT0016, until it is killed", async () => {
  const name = world.name();
  const id = await world.invoke("acceptance.Worker/Change", { name });
  await world.until(id, ({ journal }) => journal.some((entry) => entry.entry_type === "Notification: Run"));
  const [{ process: old, uri }] = world.endpoints as [(typeof world.endpoints)[0]];
  await old.stop("SIGKILL");
  const changed = await world.prepareEndpoint(SERVICES, { CODE: "changed" }, Number(new URL(uri).port));
  await changed.process.start();
  try {
    const seen = await world.until(id, ({ last_failure_error_code: code }) => code === "RT0016");
    await world.until(id, ({ retry_count: count }) => count > seen.retry_count);
    assert.match(
      seen.last_failure ?? "",
      /recorded at command index 1: Run 'side-effect'\n.* now asks for: Sleep/,
    );
    await world.admin("DELETE", `/invocations/${id}`);
    assert.equal((await world.outcome(id)).status, 409);
  } finally {
    await changed.process.stop("SIGKILL");
    await old.start();
  }
});
