import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pause, prepareEndpoint, prepareServer, type Restartable, temporaryDirectory } from "./processes.js";

const KILLS = Number(process.env.TEST_KILLS ?? 50);
const HANDLERS_AT_A_TIME = 4;
/** A kill comes at a random moment of this time after a step since the last restart: handlers take about as long. */
const MAX_UP_TIME_MS = 250;
const RETRY_MS = 20;

interface Executed {
  readonly name: string;
  readonly step: number;
  readonly value: string;
  readonly seen: readonly string[];
}

for (const victim of ["server", "endpoint"] as const) {
  test(`${KILLS} times kill -9 of the ${victim}: no finished step is done twice, every answer is right`, async () => {
    const logs = temporaryDirectory();
    const log = join(logs, "steps");
    const server = await prepareServer({
      // Attempts that broke are repeated soon, so that the test is quick.
      PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "20ms",
      PAWL_DEFAULT_RETRY_POLICY__MAX_INTERVAL: "100ms",
    });
    const endpoint = await prepareEndpoint("./ten-steps.endpoint.js", { STEPS_LOG: log });
    after(async () => {
      await endpoint.process.stop("SIGKILL");
      await server.remove();
      rmSync(logs, { recursive: true, force: true });
    });
    await endpoint.process.start();
    await server.process.start();
    await server.register(endpoint.uri);

    const load = new Load(server.ingress);
    await killAgainAndAgain(victim === "server" ? server.process : endpoint.process, log);
    await load.finish();

    assert.ok(load.answers.size >= HANDLERS_AT_A_TIME, `only ${load.answers.size} handlers ended`);
    assert.ok(existsSync(log));
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    checkSteps(
      lines.map((line) => JSON.parse(line) as Executed),
      load.answers,
    );
  });
}

async function killAgainAndAgain(victim: Restartable, log: string): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    await waitForSteps(log);
    await pause(Math.random() * MAX_UP_TIME_MS);
    await victim.stop("SIGKILL");
    await victim.start();
  }
}

/** However slow the machine is: handlers must have got on since the last kill. */
async function waitForSteps(log: string): Promise<void> {
  const size = (): number => statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const before = size();
  while (size() === before) await pause(RETRY_MS);
}

/** Callers who ask until they are answered, under one idempotency key for each piece of work. */
class Load {
  readonly answers = new Map<string, readonly string[]>();
  readonly #callers: Promise<void>[];
  #next = 0;
  #isEnding = false;

  constructor(readonly ingress: string) {
    this.#callers = Array.from({ length: HANDLERS_AT_A_TIME }, () => this.#keepCalling());
  }

  async finish(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#callers);
  }

  async #keepCalling(): Promise<void> {
    while (!this.#isEnding) {
      const name = `work-${this.#next++}`;
      this.answers.set(name, await this.#call(name));
    }
  }

  async #call(name: string): Promise<readonly string[]> {
    for (;;) {
      try {
        const response = await fetch(`${this.ingress}/TenSteps/run`, {
          method: "POST",
          headers: { "content-type": "application/json", "idempotency-key": name },
          body: JSON.stringify(name),
        });
        const text = await response.text();
        assert.equal(response.status, 200, text);
        const answer = JSON.parse(text) as { name: string; values: string[] };
        assert.equal(answer.name, name);
        return answer.values;
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        // The server is gone for a moment.
        await pause(RETRY_MS);
      }
    }
  }
}

/**
 * A step may run twice when a kill came before its result was stored; but once a later step (or the answer) was built on a
 * result, that result stands, and the step does not run again.
 */
function checkSteps(executed: readonly Executed[], answers: ReadonlyMap<string, readonly string[]>): void {
  const furthest = new Map<string, number>();
  for (const { name, step, seen } of executed) {
    const reached = furthest.get(name) ?? -1;
    assert.ok(step >= reached, `${name}: step ${step} ran again after step ${reached} had begun`);
    furthest.set(name, Math.max(reached, step));
    const answer = answers.get(name) ?? [];
    assert.deepEqual(
      seen,
      answer.slice(0, step),
      `${name}: step ${step} saw other results than the answer has`,
    );
  }
  for (const [name, values] of answers) {
    assert.equal(values.length, 10);
    for (const [step, value] of values.entries()) {
      const ran = executed.some((e) => e.name === name && e.step === step && e.value === value);
      assert.ok(ran, `${name}: step ${step} has a result that no execution gave`);
    }
  }
}
