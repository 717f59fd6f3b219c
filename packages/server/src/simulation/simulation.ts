import { formatInvocationId, parseAwakeableId } from "@pawl/protocol";
import { DEFAULT_LIMITS } from "../node/limits.js";
import { Node } from "../node/node.js";
import type { Command, Responder, Response } from "../partition/commands.js";
import { derivedId, partitionOf, retentionOf } from "../partition/identity.js";
import type { HandlerMeta } from "../partition/registry.js";
import { MemoryStore } from "../store/memory/memory-store.js";
import { HandlerKind, InvokedBy, type Loaded, type LoadRequest, Status, type Store } from "../store/store.js";
import { SimulatedEndpoint } from "./endpoint.js";
import { MUTATED_KEY, Operator } from "./operator.js";
import { makeHandlers, type SimulatedHandler } from "./programs.js";
import { Random } from "./random.js";
import { SimulatedRegistry } from "./registry.js";
import { VirtualClock } from "./virtual-clock.js";
import { World } from "./world.js";

export interface SimulationOptions {
  readonly seed: number;
  /** Requests that clients make. */
  readonly requests: number;
  readonly partitions: number;
  /** Chance of a crash of the server before each event. */
  readonly crashChance: number;
  /** Chance of a broken connection to the endpoint. */
  readonly attemptFailureChance: number;
  readonly killChance: number;
  /** Chance that a request is one of an operator: pause, resume, restart, purge, change of state. */
  readonly operatorChance: number;
  /** Invocations that wait, and idle keys, beyond so many are left to the store. */
  readonly inMemory: number;
}

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly crashes: number;
  readonly events: number;
  readonly invocations: number;
}

const START = 1_800_000_000_000;
const MAX_EVENTS = 20_000;
const STORM_EVENTS = 300;
const KEYS = ["k0", "k1", "k2"];
const IDEMPOTENCY_KEYS = ["i0", "i1", "i2", "i3"];
const FAR_FUTURE_MS = 3_600_000;

/** Runs one schedule to its end. The same seed gives the same schedule. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options);
  await simulation.run();
  return simulation.result();
}

class Simulation {
  readonly #random: Random;
  readonly #clock = new VirtualClock(START);
  readonly #world: World;
  readonly #handlers: readonly SimulatedHandler[];
  readonly #registry: SimulatedRegistry;
  readonly #operator: Operator;
  #store = new MemoryStore({ autoCommit: false });
  #loads: (() => void)[] = [];
  #endpoint!: SimulatedEndpoint;
  #node!: Node;
  #generation = 0;
  #requestsLeft: number;
  #waitingClients = 0;
  #crashes = 0;
  #events = 0;
  #workflowKeys = new Set<string>();
  /** Awakeables whose resolution nobody has acknowledged: after a crash their clients try again. */
  readonly #resolving = new Set<string>();

  constructor(readonly options: SimulationOptions) {
    this.#random = new Random(options.seed);
    this.#world = new World(() => this.#clock.now(), options.killChance > 0);
    this.#handlers = makeHandlers(this.#random);
    this.#registry = new SimulatedRegistry(this.#handlers);
    this.#requestsLeft = options.requests;
    const objects = this.#handlers.filter(({ handler }) => handler === "hold");
    this.#operator = new Operator(
      this.#random,
      this.#world,
      objects.map(({ service }) => service),
      (toCommand, onAnswer) => this.#ask(toCommand, onAnswer),
      (key) => this.#node.newInvocationId(key),
    );
  }

  result(): SimulationResult {
    return {
      violations: this.#world.violations,
      crashes: this.#crashes,
      events: this.#events,
      invocations: this.#world.outputs.size,
    };
  }

  async run(): Promise<void> {
    await this.#open();
    while (this.#world.violations.length === 0) {
      if (++this.#events > MAX_EVENTS) {
        this.#world.violation(`no end after ${MAX_EVENTS} events: ${this.#unfinished().join(", ")}`);
        break;
      }
      if (this.#isStormy && this.#random.chance(this.options.crashChance)) await this.#crash();
      if (!(await this.#event())) break;
    }
    if (this.#world.violations.length === 0) await this.#checkEnd();
  }

  async #open(): Promise<void> {
    this.#endpoint = new SimulatedEndpoint(
      new Map(this.#handlers.map((h) => [`${h.service}/${h.handler}`, h])),
      this.#random,
      this.#world,
    );
    const opening = Node.open({
      store: this.#slowStore(),
      registry: this.#registry,
      invoker: this.#endpoint,
      partitions: this.options.partitions,
      concurrentInvocationsLimit: 4,
      cleanupIntervalMs: FAR_FUTURE_MS,
      limits: {
        ...DEFAULT_LIMITS,
        invocationsInMemory: this.options.inMemory,
        keysInMemory: this.options.inMemory,
      },
      onFatal: (error) => this.#world.violation(`fatal: ${error instanceof Error ? error.stack : error}`),
      clock: this.#clock,
      random: (bytes) => this.#random.fill(bytes),
    });
    this.#node = await opening;
  }

  /** The store, with loads that come back when the simulation wants them to. */
  #slowStore(): Store {
    const store = this.#store;
    const generation = this.#generation;
    return {
      commit: (batch) => store.commit(batch),
      recover: () => store.recover(),
      timers: (...args) => store.timers(...args),
      journalEvents: (...args) => store.journalEvents(...args),
      expired: (...args) => store.expired(...args),
      close: () => store.close(),
      load: async (request: LoadRequest): Promise<Loaded> => {
        // What was durable when it was asked, or when it is answered: both are right.
        const early = this.#random.chance(0.5) ? await store.load(request) : null;
        await new Promise<void>((resolve) => this.#loads.push(resolve));
        if (generation !== this.#generation) return new Promise(() => {});
        return early ?? (await store.load(request));
      },
    };
  }

  /** The process dies: what was not durable is gone, and so are its clients and attempts. */
  async #crash(): Promise<void> {
    this.#crashes++;
    this.#generation++;
    this.#clock.forget();
    for (const release of this.#loads.splice(0)) release();
    this.#endpoint.attempts.clear();
    this.#waitingClients = 0;
    for (const awakeable of this.#resolving) this.#world.awakeables.add(awakeable);
    this.#resolving.clear();
    this.#store = this.#store.crash();
    await this.#open();
  }

  /** Things break while requests come in and for a while after; then there is peace, and everything must end. */
  get #isStormy(): boolean {
    return this.#requestsLeft > 0 || this.#events < STORM_EVENTS;
  }

  /** One thing happens. @returns false when nothing is left to happen */
  async #event(): Promise<boolean> {
    const choices: (() => void)[] = [];
    if (this.#clock.hasDeferred) choices.push(() => this.#clock.runDeferred());
    if (this.#store.pending > 0) choices.push(() => this.#store.flushNext());
    if (this.#loads.length > 0) choices.push(() => this.#loads.shift()?.());
    const busy = [...this.#endpoint.attempts].filter((attempt) => attempt.hasWork);
    if (busy.length > 0) {
      const attempt = this.#random.pick(busy);
      choices.push(() => {
        if (this.#isStormy && this.#random.chance(this.options.attemptFailureChance)) attempt.fail();
        else attempt.move();
      });
    }
    if (this.#requestsLeft > 0 && this.#random.chance(0.3)) choices.push(() => this.#request());
    if (this.#world.awakeables.size > 0) choices.push(() => this.#resolveAwakeable());
    if (choices.length > 0 && !(this.#requestsLeft > 0 && this.#random.chance(0.05))) {
      this.#random.pick(choices)();
    } else if (this.#requestsLeft === 0 && this.#unfinished().length === 0 && this.#waitingClients === 0) {
      return false;
    } else {
      if (!this.#isStormy) for (const id of this.#paused()) this.#operator.resume(id);
      const pending = [...this.#workflowKeys];
      if (this.#requestsLeft === 0 && pending.length > 0) this.#approve(this.#random.pick(pending));
      // Handlers that only wait make room for others, as the inactivity timeout has it.
      for (const attempt of this.#endpoint.attempts) if (this.#random.chance(0.5)) attempt.move(true);
      if (!this.#clock.advance()) return false;
    }
    await settle();
    return true;
  }

  /** What is stored and has not ended, whether or not anybody was told of it. */
  #unfinished(): string[] {
    return this.#store.durableInvocations((row) => row.completedAt === null).map((row) => row.id);
  }

  #paused(): string[] {
    return this.#store.durableInvocations((row) => row.status === Status.Paused).map((row) => row.id);
  }

  #request(): void {
    this.#requestsLeft--;
    if (this.#random.chance(this.options.operatorChance)) {
      this.#operator.act();
      return;
    }
    if (this.#random.chance(this.options.killChance) && this.#world.acknowledged.size > 0) {
      this.#kill(this.#random.pick([...this.#world.acknowledged]));
      return;
    }
    const handler = this.#random.pick(this.#handlers);
    const keys = handler.handler === "hold" ? [MUTATED_KEY] : KEYS;
    const key = handler.kind === HandlerKind.Service ? null : this.#random.pick(keys);
    const isRun = handler.kind === HandlerKind.WorkflowRun;
    const idempotencyKey = !isRun && this.#random.chance(0.3) ? this.#random.pick(IDEMPOTENCY_KEYS) : null;
    this.#invoke(handler, key, idempotencyKey, this.#random.chance(0.5) ? "call" : "send");
    if (isRun) this.#workflowKeys.add(`${handler.service}/${key}`);
  }

  #approve(workflow: string): void {
    const [service, key] = workflow.split("/") as [string, string];
    const handler = this.#handlers.find(
      (h) => h.service === service && h.handler === "approve",
    ) as SimulatedHandler;
    // Until that is acknowledged, a crash may have swallowed it.
    this.#invoke(handler, key, null, "send", () => this.#workflowKeys.delete(workflow));
  }

  #invoke(
    handler: SimulatedHandler,
    key: string | null,
    idempotencyKey: string | null,
    mode: "call" | "send",
    onAccepted: () => void = () => {},
  ): void {
    const target = { service: handler.service, handler: handler.handler, key, kind: handler.kind };
    const meta = this.#registry.handler(handler.service, handler.handler) as HandlerMeta;
    const derived = derivedId(target, idempotencyKey);
    const id = derived ?? this.#node.newInvocationId(key);
    if (derived !== null) this.#world.derived.add(id);
    const delay = mode === "send" && this.#random.chance(0.2) ? this.#random.below(5_000) : null;
    if (derived === null && delay === null && handler.kind === HandlerKind.ObjectExclusive) {
      this.#world.submitted(id, handler.service, key ?? "");
    }
    this.#waitingClients++;
    this.#node.submit({
      kind: "request",
      mode,
      invoke: {
        kind: "invoke",
        id,
        isDerivedId: derived !== null,
        target,
        headers: [],
        input: new Uint8Array([1, 2, 3]),
        idempotencyKey,
        invokedBy: InvokedBy.Ingress,
        invokedById: null,
        invokedByTarget: null,
        scheduledFor: delay === null ? null : this.#clock.now() + delay,
        traceparent: null,
        tracestate: null,
        ...retentionOf(meta, idempotencyKey),
        waiter: null,
      },
      responder: this.#client((response) => {
        if (response.kind === "accepted") {
          onAccepted();
          this.#world.accepted(response.id, handler.service, key ?? "");
        } else if (response.kind === "outcome") this.#sawOutcome(response);
        else this.#world.violation(`${id}: unexpected answer ${response.kind}`);
      }),
    });
  }

  #sawOutcome({ id, outcome }: Extract<Response, { kind: "outcome" }>): void {
    if (outcome.kind === "value") this.#world.outcomeSeen(id, Buffer.from(outcome.value).toString());
    else if (
      outcome.failure.code !== 409 ||
      (this.options.killChance === 0 && outcome.failure.message === "killed")
    )
      this.#world.violation(`${id}: failed with ${outcome.failure.message}`);
  }

  #kill(id: string): void {
    // From now on its steps may or may not be cut short: nothing of it is checked, and nothing of what it called.
    this.#world.killed.add(id);
    this.#ask(
      (responder) => ({ kind: "killRequest", id, responder }),
      () => {},
    );
  }

  #ask(toCommand: (responder: Responder) => Command, onAnswer: (response: Response) => void): void {
    this.#waitingClients++;
    this.#node.submit(toCommand(this.#client(onAnswer)));
  }

  #resolveAwakeable(): void {
    const awakeable = this.#random.pick([...this.#world.awakeables]);
    this.#world.awakeables.delete(awakeable);
    const { invocationId, signalIndex } = parseAwakeableId(awakeable);
    this.#node.submit({
      kind: "signalRequest",
      id: formatInvocationId(invocationId),
      signal: { kind: "signal", index: signalIndex },
      result: { kind: "value", value: Buffer.from("awake") },
      responder: this.#client(() => this.#resolving.delete(awakeable)),
    });
    this.#resolving.add(awakeable);
    this.#waitingClients++;
  }

  /** A client dies with the server: after a crash nobody listens any more. */
  #client(onAnswer: (response: Response) => void): Responder {
    const generation = this.#generation;
    return {
      respond: (response) => {
        if (generation !== this.#generation) return;
        this.#waitingClients--;
        onAnswer(response);
      },
    };
  }

  /** Everything has come to rest: what is stored must be what was promised. */
  async #checkEnd(): Promise<void> {
    const ids = [...this.#world.acknowledged].filter((id) => !this.#world.purged.has(id));
    const found = await this.#store.load({ invocations: ids, invocationNums: [], journals: [], keys: [] });
    found.invocations.forEach((row, i) => {
      if (row === null) this.#world.violation(`${ids[i]}: was acknowledged and is gone`);
      else if (row.completedAt === null)
        this.#world.violation(`${ids[i]}: ended, but is stored as status ${row.status}`);
    });
    for (let partition = 0; partition < this.options.partitions; partition++) {
      const [timer] = await this.#store.timers(partition, Number.MAX_SAFE_INTEGER, 1);
      if (timer !== undefined)
        this.#world.violation(`a timer of invocation number ${timer.num} is left behind`);
    }
    const { outbox } = await this.#store.recover();
    if (outbox.length > 0) this.#world.violation(`${outbox.length} messages are left in the outbox`);
    for (const service of this.#operator.mutations.keys()) {
      this.#operator.checkMutations(service, await this.#stored(service, MUTATED_KEY, "value"));
    }
    if (this.options.killChance > 0) return;
    await this.#checkCounters();
  }

  async #stored(service: string, key: string, name: string): Promise<string | null> {
    const partition = partitionOf(this.#node.newInvocationId(key), this.options.partitions);
    const keys = [{ partition, service, key }];
    const loaded = await this.#store.load({ invocations: [], invocationNums: [], journals: [], keys });
    const value = loaded.keys[0]?.state.find((entry) => entry.name === name)?.value;
    return value === undefined ? null : Buffer.from(value).toString();
  }

  async #checkCounters(): Promise<void> {
    for (const [name, count] of this.#world.increments) {
      const [service, key] = name.split("/") as [string, string];
      const stored = (await this.#stored(service, key, "count")) ?? "0";
      if (stored !== String(count)) {
        this.#world.violation(`${name}: ${count} handlers added one, the counter is ${stored}`);
      }
    }
  }
}

/** Lets promises that are resolved run their course. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
