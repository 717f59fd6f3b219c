/** What callers do during a soak: each story is one piece of work from the outside, and checks its answer. */

/** How a story talks to the server: every request is repeated until it is answered, whatever crashes meanwhile. */
export interface Caller {
  /** Under an idempotency key of its own, so that a repeated request is the same invocation. */
  call(path: string, body: unknown): Promise<Answer>;
  /** One-way. @returns invocation id */
  send(path: string, body: unknown): Promise<string>;
  /** Waits for the outcome of an invocation. */
  attach(invocationId: string): Promise<Answer>;
  resolveAwakeable(id: string, value: unknown): Promise<void>;
  end(invocationId: string, how: "cancel" | "kill"): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The number of a piece of work: unique, and part of every key that it makes up. */
export type Story = (caller: Caller, n: number) => Promise<void>;

const COUNTERS = 64;
const MAX_NAP_MS = 3000;
const LONG_NAP_MS = 600_000;
const POLL_MS = 50;

/** How often each increment was answered: what the counters must say in the end. */
export class Increments {
  readonly #added = new Map<string, number>();

  add(key: string): void {
    this.#added.set(key, (this.#added.get(key) ?? 0) + 1);
  }

  /** @throws Error naming the counter that differs */
  async verify(caller: Caller): Promise<void> {
    for (const [key, expected] of this.#added) {
      const { body } = await caller.call(`/Counter/${key}/get`, undefined);
      if (body !== expected) throw new Error(`counter ${key} says ${body} after ${expected} increments`);
    }
  }
}

export function createStories(increments: Increments): Readonly<Record<string, Story>> {
  return {
    echo: async (caller, n) => expect(await caller.call("/Worker/echo", `hello ${n}`), 200, `hello ${n}`),

    steps: async (caller, n) => expect(await caller.call("/Worker/steps", n), 200, 3 * n + 3),

    flaky: async (caller) => expect(await caller.call("/Worker/flaky", undefined), 200, ["one", "two"]),

    refuse: async (caller) => expectStatus(await caller.call("/Worker/refuse", undefined), 418),

    nap: async (caller, n) => expect(await caller.call("/Worker/nap", n % MAX_NAP_MS), 200, "rested"),

    calls: async (caller, n) => expect(await caller.call("/Caller/calls", n), 200, 3 * n + 3),

    count: async (caller, n) => {
      const key = `counter-${n % COUNTERS}`;
      expectStatus(await caller.call(`/Counter/${key}/add`, 1), 200);
      increments.add(key);
    },

    awakeable: async (caller, n) => {
      const id = await caller.send("/Worker/wait", `box-${n}`);
      const awakeable = await take(caller, n);
      await caller.resolveAwakeable(awakeable, `answer ${n}`);
      expect(await caller.attach(id), 200, `answer ${n}`);
    },

    workflow: async (caller, n) => {
      const id = await caller.send(`/Order/order-${n}/run`, "book");
      expectStatus(await caller.call(`/Order/order-${n}/pay`, "cash"), 200);
      expect(await caller.attach(id), 200, "book cash");
    },

    cancel: async (caller) => await endNap(caller, "cancel"),

    kill: async (caller) => await endNap(caller, "kill"),
  };
}

async function endNap(caller: Caller, how: "cancel" | "kill"): Promise<void> {
  const id = await caller.send("/Worker/nap", LONG_NAP_MS);
  await caller.end(id, how);
  expectStatus(await caller.attach(id), 409);
}

async function take(caller: Caller, n: number): Promise<string> {
  for (;;) {
    const { body } = await caller.call(`/Mailbox/box-${n}/take`, undefined);
    if (typeof body === "string") return body;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status)
    throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}

function expect(answer: Answer, status: number, body: unknown): void {
  expectStatus(answer, status);
  const [is, should] = [JSON.stringify(answer.body), JSON.stringify(body)];
  if (is !== should) throw new Error(`${is} instead of ${should}`);
}
