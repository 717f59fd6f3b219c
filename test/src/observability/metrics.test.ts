import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { pause, prepareEndpoint, prepareServer, type TestServer } from "../processes.js";
import { parseExposition, type Sample, sampleOf } from "./exposition.js";

const POLL_MS = 20;
const CHANGED_WITHIN_MS = 10_000;

describe("GET /metrics", () => {
  let server: TestServer;
  let endpoint: Awaited<ReturnType<typeof prepareEndpoint>>;

  before(async () => {
    server = await prepareServer({ PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "20ms" });
    endpoint = await prepareEndpoint("./observability/observed.endpoint.js");
    await endpoint.process.start();
    await server.process.start();
    await server.register(endpoint.uri);
  });

  after(async () => {
    await server?.remove();
    await endpoint?.process.stop("SIGKILL");
  });

  async function scrape(): Promise<Sample[]> {
    const response = await fetch(`${server.admin}/metrics`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    return parseExposition(await response.text());
  }

  async function post(path: string, body?: unknown): Promise<number> {
    const response = await fetch(`${server.ingress}/${path}`, {
      method: "POST",
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Scrapes until the figure is this: some things go on after the answer. */
  async function reaches(value: number, name: string, labels: Record<string, string>): Promise<void> {
    const deadline = Date.now() + CHANGED_WITHIN_MS;
    for (;;) {
      const found = sampleOf(await scrape(), name, labels);
      if (found === value) return;
      assert.ok(Date.now() < deadline, `${name} ${JSON.stringify(labels)} is ${found}, not ${value}`);
      await pause(POLL_MS);
    }
  }

  test("known traffic gives known figures, by service and handler", async () => {
    for (let i = 0; i < 5; i++) assert.equal(await post("Callee/answer"), 200);
    assert.equal(await post("Caller/flaky"), 200);
    assert.equal(await post("Caller/broken"), 500);
    assert.equal(await post("Caller/missing"), 404);
    const samples = await scrape();
    const answer = { rpc_service: "Callee", rpc_method: "answer" };
    const flaky = { rpc_service: "Caller", rpc_method: "flaky" };
    const broken = { rpc_service: "Caller", rpc_method: "broken" };
    const figures = (name: string, labels: Record<string, string>): number => sampleOf(samples, name, labels);
    assert.equal(figures("restate_ingress_requests_total", { ...answer, status: "completed" }), 5);
    assert.equal(figures("restate_ingress_request_duration_seconds_count", answer), 5);
    assert.equal(figures("restate_ingress_requests_total", { ...broken, status: "invocation error" }), 1);
    assert.equal(
      figures("restate_ingress_requests_total", { rpc_service: "", rpc_method: "", status: "request error" }),
      1,
    );
    assert.equal(figures("pawl_invocations_created_total", answer), 5);
    assert.equal(figures("pawl_invocations_completed_total", { ...answer, result: "success" }), 5);
    assert.equal(figures("pawl_invocations_completed_total", { ...broken, result: "failure" }), 1);
    const attempts = "restate_invoker_invocation_tasks_total";
    assert.equal(figures(attempts, { ...answer, status: "started" }), 5);
    assert.equal(figures(attempts, { ...answer, status: "completed" }), 5);
    assert.equal(figures(attempts, { ...flaky, status: "started" }), 2);
    assert.equal(figures(attempts, { ...flaky, status: "failed" }), 1);
    assert.equal(figures(attempts, { ...flaky, status: "completed" }), 1);
    assert.equal(figures("pawl_invoker_retries_total", flaky), 1);
    assert.ok(figures("restate_invoker_task_duration_seconds_sum", answer) > 0);
  });

  test("the store, the connections and the process are measured", async () => {
    const samples = await scrape();
    assert.ok(sampleOf(samples, "pawl_store_commit_duration_seconds_count") > 0);
    assert.ok(
      sampleOf(samples, "pawl_store_commit_rows_sum") >= sampleOf(samples, "pawl_store_commit_rows_count"),
    );
    assert.ok(sampleOf(samples, "pawl_store_size_bytes") > 0);
    assert.ok(sampleOf(samples, "restate_ingress_http_connection_created_total") > 0);
    assert.ok(sampleOf(samples, "pawl_ingress_connections") > 0);
    assert.ok(sampleOf(samples, "process_resident_memory_bytes") > 0);
    assert.equal(sampleOf(samples, "restate_num_partitions"), 1);
    assert.equal(sampleOf(samples, "restate_invoker_concurrency_limit"), 1000);
  });

  test("every metric is in docs/observability.md, and nothing else is", async () => {
    const page = readFileSync(new URL("../../../docs/observability.md", import.meta.url), "utf8");
    const section = page.slice(page.indexOf("## Metrics"));
    const documented = new Set(section.match(/`(?:restate|pawl|process|nodejs)_[a-z0-9_]*[a-z0-9]`/g));
    const exposed = (await scrape()).map(({ name }) => `\`${name.replace(/_(?:bucket|sum|count)$/, "")}\``);
    assert.deepEqual([...documented].sort(), [...new Set(exposed)].sort());
  });

  test("queues have their lengths; what is killed is counted", async () => {
    const response = await fetch(`${server.ingress}/Box/busy/nap/send`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "3600000",
    });
    const { invocationId } = (await response.json()) as { invocationId: string };
    await reaches(1, "pawl_queue_length", { queue: "running" });
    for (let i = 0; i < 3; i++) await post("Box/busy/nap/send", 1);
    await reaches(3, "pawl_queue_length", { queue: "inbox" });
    const killed = await fetch(`${server.admin}/invocations/${invocationId}/kill`, { method: "PATCH" });
    assert.equal(killed.status, 200);
    const nap = { rpc_service: "Box", rpc_method: "nap" };
    await reaches(1, "pawl_invocations_completed_total", { ...nap, result: "killed" });
    await reaches(1, "restate_invoker_invocation_tasks_total", { ...nap, status: "killed" });
    await reaches(3, "pawl_invocations_completed_total", { ...nap, result: "success" });
    await reaches(0, "pawl_queue_length", { queue: "inbox" });
    await reaches(0, "pawl_queue_length", { queue: "running" });
  });
});
