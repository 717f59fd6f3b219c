/** The official CLI prints the same about Pawl as about the official server. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Endpoint } from "../harness/endpoint.mjs";
import { OFFICIAL_CLI } from "../harness/paths.mjs";
import { removeDirectory, started, temporaryDirectory } from "../harness/processes.mjs";
import { startServer, V7_SETTINGS } from "../harness/servers.mjs";

const WITHIN_MS = 30_000;
const VARIANTS = [
  { protocol: 7, transport: "bidi" },
  { protocol: 6, transport: "http1" },
];
/** A program that changes a file as sed is told to. @returns its path */
function makeEditor(folder, command) {
  const path = join(folder, "editor.sh");
  writeFileSync(path, `#!/bin/sh\nexec sed -i '${command}' "$1"\n`, { mode: 0o755 });
  return path;
}

/** Set to what the servers call them: ids differ. */
const DEPLOYMENT = Symbol("id of the first deployment");

describe("the official CLI", () => {
  let endpoint;
  let servers;
  let home;
  const ids = new Map();

  before(async () => {
    home = temporaryDirectory();
    [endpoint, ...servers] = await started(
      Endpoint.start({ sdk: "official", variants: VARIANTS }),
      startServer("official", { settings: V7_SETTINGS.official }),
      startServer("pawl"),
    );
  });

  after(async () => {
    for (const each of [endpoint, ...(servers ?? [])]) await each?.stop();
    if (home !== undefined) removeDirectory(home);
  });

  /** What it prints, line by line, without what must differ. Services come in any order. */
  async function run(server, args, extraEnv = {}) {
    const real = args.map((arg) => {
      if (typeof arg === "function") return arg(server);
      return arg === DEPLOYMENT ? ids.get(server) : arg;
    });
    const { code, text } = await new Promise((resolve) => {
      const env = {
        PATH: process.env.PATH,
        HOME: home,
        RESTATE_CLI_CONFIG_HOME: home,
        RESTATE_ADMIN_URL: server.adminUrl,
        RESTATE_INGRESS_URL: server.ingressUrl,
        DO_NOT_TRACK: "1",
        NO_COLOR: "1",
        ...extraEnv,
      };
      const options = { env, cwd: home, encoding: "utf8", timeout: WITHIN_MS };
      execFile(OFFICIAL_CLI, real, options, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, text: stdout + stderr }),
      );
    });
    const [id] = text.match(/dp_1[0-9a-zA-Z]{22}/) ?? [];
    if (id !== undefined && !ids.has(server)) ids.set(server, id);
    const words = text
      .replaceAll(server.adminUrl, "ADMIN")
      .replaceAll(server.ingressUrl, "INGRESS")
      .replace(/dp_1[0-9a-zA-Z]{22}/g, "DEPLOYMENT")
      .replace(/inv_1[0-9a-zA-Z]{33}/g, "INVOCATION")
      .replace(/\d\d:\d\d:\d\d(\.\d+)?|[\d.]+(ms|µs|s)\b/g, "TIME")
      .replace(/\bnow ago|\b\d+ (seconds?|ms)( and \d+ ms)?( ago)?/g, "SPAN")
      .replace(/\bin \d+ (hours?|minutes?)[a-z0-9, ]*/g, "SOON")
      .split(/\s+/)
      .filter((word) => word !== "" && word !== "-");
    return { code, text, words: words.toSorted() };
  }

  /** @param {(answers: object[]) => void} [compare] for what cannot be the same */
  function check(name, args, { code = 0, compare, editor, ...options } = {}) {
    it(name, { timeout: 2 * WITHIN_MS, ...options }, async () => {
      const given = typeof args === "function" ? args() : args;
      const answers = [];
      for (const server of servers) {
        answers.push(
          await run(server, given, editor === undefined ? {} : { RESTATE_EDITOR: makeEditor(home, editor) }),
        );
      }
      for (const answer of answers) assert.equal(answer.code, code, answer.text);
      if (compare === undefined) assert.deepEqual(answers[1].words, answers[0].words);
      else compare(answers);
    });
  }

  check("says where it is", ["whoami"]);
  check("registers a deployment", () => ["deployments", "register", "-y", endpoint.uri(0)]);
  check("registers a deployment over HTTP/1.1", () => [
    "deployments",
    "register",
    "-y",
    "--use-http1.1",
    endpoint.uri(1),
  ]);
  check("registers a deployment again", () => ["deployments", "register", "-y", endpoint.uri(0)]);
  check("registers a deployment by force", () => [
    "deployments",
    "register",
    "-y",
    "--force",
    endpoint.uri(0),
  ]);
  check("says why it cannot register a deployment", ["deployments", "register", "-y", "http://127.0.0.1:1"], {
    code: 1,
    compare: (answers) => {
      for (const { text } of answers) assert.match(text, /META0003.*http:\/\/127\.0\.0\.1:1/);
    },
  });
  check("lists deployments", ["deployments", "list"]);
  check("describes a deployment", ["deployments", "describe", DEPLOYMENT]);
  check("lists services", ["services", "list"]);
  for (const service of ["Echo_v7_bidi", "Counter_v7_bidi", "Flow_v6_http1"]) {
    check(`describes ${service}`, ["services", "describe", service]);
    check(`shows the settings of ${service}`, ["services", "config", "view", service]);
  }
  check("does not describe what does not exist", ["services", "describe", "Missing"], { code: 1 });
  check("changes the settings of a service", [
    ..."services config patch Echo_v7_bidi -y --public false --idempotency-retention 3h".split(" "),
    ..."--inactivity-timeout PT5S --abort-timeout 1m30s".split(" "),
  ]);
  check("shows changed settings", ["services", "config", "view", "Echo_v7_bidi"]);

  describe("asks in SQL", () => {
    before(async () => {
      for (const server of servers) await runInvocations(server);
    });

    check("lists deployments with what runs on them", ["deployments", "list", "--extra"]);
    check("describes a deployment with what runs on it", ["deployments", "describe", DEPLOYMENT]);
    check("removes no deployment that is in use", ["deployments", "remove", "-y", DEPLOYMENT], { code: 1 });
    check("lists services with what they do", ["services", "status"]);
    check("shows what a service does", ["services", "status", "Counter_v7_bidi"]);
    check("lists invocations under way", ["invocations", "list"]);
    check("lists all invocations", ["invocations", "list", "--all"]);
    check(
      "lists the invocations that wait for a key",
      "invocations list --service Counter_v7_bidi --key held --status pending".split(" "),
    );
    check("lists the invocations that failed", ["invocations", "list", "--completion-result", "failure"]);
    check("lists invocations whose deployment is gone", [
      "invocations",
      "list",
      "--zombie",
      "--oldest-first",
    ]);
    check("lists invocations of a deployment", [
      ..."invocations list --all --virtual-objects-only --handler add --deployment".split(" "),
      DEPLOYMENT,
    ]);
    for (const name of ["stepped", "failed", "held", "queued", "later", "retried"]) {
      check(`describes an invocation: ${name}`, ["invocations", "describe", invocation(name)]);
    }
    check("shows state", ["state", "get", "Counter_v7_bidi", "key"]);
    check("shows state as it is", ["state", "get", "--plain", "Counter_v7_bidi", "key"]);
    check("answers SQL", ["sql", "select name, ty from sys_service order by name"]);
    check("answers SQL in JSON", [
      ..."sql --json".split(" "),
      "select name, revision, public, ty, now() > '2024-01-01' as late from sys_service order by name",
    ]);
    check("answers SQL line by line", [
      ..."sql --jsonl".split(" "),
      "select target, status, completion_retention, completed_at is null as open from sys_invocation order by target, status",
    ]);
    check("has no rules", ["rules", "list"]);
    check("has no virtual queues", ["vqueues", "list"]);
    check("cancels what waits for a key", ["invocations", "cancel", "-y", invocation("queued")]);
    check("patches state", [
      ..."state patch -y Counter_v7_bidi key --patch".split(" "),
      '[{"op":"replace","path":"/value","value":6}]',
    ]);
    check("shows patched state", ["state", "get", "--plain", "Counter_v7_bidi", "key"]);
    check("edits state", ["state", "edit", "-y", "Counter_v7_bidi", "key"], { editor: "s/6/7/" });
    check("shows edited state", ["state", "get", "--plain", "Counter_v7_bidi", "key"], {
      compare: (answers) => {
        for (const { text } of answers) assert.match(text, /"?value"?\W+7/);
      },
    });
    check("clears state", ["state", "clear", "-y", "Counter_v7_bidi/key"]);
    check("shows that there is no state", ["state", "get", "Counter_v7_bidi", "key"]);
    check("lists what is paused", ["invocations", "list", "--status", "paused"]);
    check("describes what is paused", ["invocations", "describe", invocation("paused")]);
    check("does not pause what is paused", ["invocations", "pause", "-y", invocation("paused")], { code: 1 });
    check("resumes an invocation", ["invocations", "resume", "-y", invocation("paused")]);
    check("resumes all of a service", ["invocations", "resume", "-y", "Failing_v7_bidi/pausing"]);
    check("restarts an invocation", ["invocations", "restart-as-new", "-y", invocation("stepped")]);
    check("kills all of a service", ["invocations", "kill", "-y", "Counter_v7_bidi"]);
    check("purges all of a key", ["invocations", "purge", "-y", "Counter_v7_bidi/other"]);
    check("says that there is nothing to pause", ["invocations", "pause", "-y", "Echo_v7_bidi"], { code: 1 });
  });

  const named = new Map();

  /** The id that an invocation has on each server. */
  function invocation(name) {
    return (server) => named.get(server)[name];
  }

  async function isPaused(server, id) {
    const query = `SELECT status FROM sys_invocation WHERE id = '${id}'`;
    for (let status; status !== "paused"; ) {
      const response = await fetch(`${server.adminUrl}/query`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ query }),
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      ({ status } = (await response.json()).rows[0] ?? {});
    }
  }

  /** One invocation of each kind, the same on both servers. */
  async function runInvocations(server) {
    const post = async (path, body) => {
      const response = await fetch(`${server.ingressUrl}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": path.replaceAll("/", "-") },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      const id = response.headers.get("x-restate-id");
      assert.notEqual(id, null, await response.text());
      return id;
    };
    const { kind } = server;
    const ids = {
      stepped: await post("Counter_v7_bidi/key/add", 5),
      failed: await post("Counter_v7_bidi/other/setThenFail", null),
      held: await post("Counter_v7_bidi/held/hold/send", { topic: `held on ${kind}`, gate: "never opened" }),
    };
    await endpoint.noted(`held on ${kind}`);
    ids.queued = await post("Counter_v7_bidi/held/add/send", 1);
    ids.later = await post("Timers_v7_bidi/sleep/send?delay=1h", 1);
    ids.retried = await post("Runs_v7_bidi/retried", { topic: `retried on ${kind}`, failures: 2 });
    ids.paused = await post("Failing_v7_bidi/pausing/send", {
      topic: `paused on ${kind}`,
      gate: "never opened",
    });
    await isPaused(server, ids.paused);
    named.set(server, ids);
  }
});
