/** An example, its server and the outside world, for tests that kill the first two half-way. */
import assert from "node:assert/strict";
import { type Effect, OutsideWorld } from "@pawl/examples/outside/world.js";
import { type Endpoint, pause, prepareEndpoint, prepareServer, type TestServer } from "../processes.js";

const RETRY_MS = 20;

export type Victim = "server" | "endpoint";
export const VICTIMS: readonly Victim[] = ["server", "endpoint"];

export class Story {
  private constructor(
    readonly world: OutsideWorld,
    readonly server: TestServer,
    readonly endpoint: Endpoint,
  ) {}

  /** Starts the example of that name. */
  static start(example: string): Promise<Story> {
    return Story.startFile(`../../examples/dist/${example}/main.js`);
  }

  /** @param file as `prepareEndpoint` takes it */
  static async startFile(file: string): Promise<Story> {
    const world = await OutsideWorld.start();
    const server = await prepareServer({
      // Attempts that broke are repeated soon, so that the test is quick.
      PAWL_DEFAULT_RETRY_POLICY__INITIAL_INTERVAL: "20ms",
      PAWL_DEFAULT_RETRY_POLICY__MAX_INTERVAL: "100ms",
    });
    const endpoint = await prepareEndpoint(file, { OUTSIDE_URL: world.url });
    await Promise.all([endpoint.process.start(), server.process.start()]);
    await server.register(endpoint.uri);
    return new Story(world, server, endpoint);
  }

  async stop(): Promise<void> {
    await this.endpoint.process.stop("SIGKILL");
    await this.server.remove();
    await this.world.stop();
  }

  /**
   * Calls a handler, again and again while the server is gone.
   * @param path e.g. `Cart/pete/add`
   * @param key idempotency key; needed where calling twice is not the same as calling once
   * @throws AssertionError when the answer is not 2xx
   */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the handler answers
  async call(path: string, input?: unknown, key?: string): Promise<any> {
    const { status, body } = await this.tryCall(path, input, key);
    assert.ok(status >= 200 && status < 300, `${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** The same, and whatever the answer is. */
  async tryCall(path: string, input?: unknown, key?: string): Promise<{ status: number; body: unknown }> {
    const headers = {
      ...(input !== undefined && { "content-type": "application/json" }),
      ...(key !== undefined && { "idempotency-key": key }),
    };
    const body = input === undefined ? null : JSON.stringify(input);
    return this.request(path, { method: "POST", headers, body });
  }

  async request(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    for (;;) {
      try {
        const response = await fetch(`${this.server.ingress}/${path}`, init);
        const text = await response.text();
        return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        // The server is gone for a moment.
        await pause(RETRY_MS);
      }
    }
  }

  /** Asks until the answer is what is waited for. */
  async until<T>(ask: () => Promise<T>, isThere: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await ask();
      if (isThere(answer)) return answer;
      await pause(RETRY_MS);
    }
  }

  /** kill -9, and up again. */
  async crash(victim: Victim): Promise<void> {
    const { process } = victim === "server" ? this.server : this.endpoint;
    await process.stop("SIGKILL");
    await process.start();
  }

  /**
   * Lets the outside world do the next thing of a service that `matches`, and kills the victim before it hears of it: the
   * worst moment there is, as the step was done and is not in the journal.
   */
  async crashAt(service: string, victim: Victim, matches?: (effect: Effect) => boolean): Promise<Effect> {
    const effect = await this.world.interrupt(service, matches);
    await this.crash(victim);
    return effect;
  }
}

/** Each thing was asked for once, but for the interrupted one, which was asked for once more: its answer was lost. */
export function assertRepeated(effects: readonly Effect[], interrupted: Effect): void {
  for (const effect of effects) {
    assert.equal(effect.asked, effect === interrupted ? 2 : 1, `${effect.service} ${effect.idempotencyKey}`);
  }
}
