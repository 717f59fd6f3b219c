/**
 * Runs stories: plain-text files in which every command for the core is followed by what it led to. A change of behaviour
 * shows as a readable difference. `TEST_REWRITE=1 npm test` writes down what happens now.
 *
 * A block of commands ends with a line `----`; what happened stands below it, up to the next empty line.
 */
import { codec, type Frame, isCommand, MessageType, messageName, type Outcome } from "@pawl/protocol";
import { MemoryStore } from "../store/memory/memory-store.js";
import { type Batch, HandlerKind, InvokedBy, OutcomeKind, Status } from "../store/store.js";
import type { Effect, Hint, Responder, Response } from "./commands.js";
import { Core, reservedNumbersId } from "./core.js";
import { derivedId, freshId, retentionOf } from "./identity.js";
import type { Limits } from "./limits.js";
import type { DeploymentChoice, Invocation, RetryPolicy } from "./model.js";
import type { DeploymentRange, HandlerMeta } from "./registry.js";
import { DEFAULT_RETRY_POLICY } from "./retry.js";

const START = 1_000_000;
const DAY_MS = 86_400_000;

const KINDS: Record<string, HandlerKind> = {
  service: HandlerKind.Service,
  exclusive: HandlerKind.ObjectExclusive,
  shared: HandlerKind.ObjectShared,
  run: HandlerKind.WorkflowRun,
  "workflow-shared": HandlerKind.WorkflowShared,
};

/** @returns the story with what really happened */
export async function runStory(text: string): Promise<string> {
  const story = new Story();
  const blocks = text.trimEnd().split(/\n\n+/);
  const told: string[] = [];
  for (const block of blocks) {
    const commands = block.split("\n----\n")[0] as string;
    const happened: string[] = [];
    let hasCommand = false;
    for (const line of commands.split("\n")) {
      if (line.startsWith("#") || line === "----") continue;
      hasCommand = true;
      happened.push(...(await story.run(line)));
    }
    const lines = commands.replace(/\n----$/, "");
    told.push(hasCommand ? `${lines}\n----\n${happened.join("\n") || "nothing"}` : lines);
  }
  return `${told.join("\n\n")}\n`;
}

class Story {
  #store = new MemoryStore();
  readonly #handlers = new Map<string, HandlerMeta>();
  readonly #limits = {
    journalLength: 1_000,
    eagerStateBytes: 1_000_000,
    invocationsInMemory: 1_000,
    keysInMemory: 1_000,
  };
  /** By deployment and path: those that are not the newest. */
  readonly #olderHandlers = new Map<string, HandlerMeta>();
  readonly #deployments = new Map<string, DeploymentRange>();
  readonly #names = new Map<string, string>();
  readonly #nums = new Map<string, number>();
  readonly #epochs = new Map<number, number>();
  #core!: Core;
  #now = START;
  #fresh = 0;
  #lines: string[] = [];
  #timers: (() => { at: number; fire: () => void })[] = [];

  constructor() {
    this.#deployment("dp_1", 5, 7);
    this.#open([]);
  }

  #deployment(deploymentId: string, minProtocolVersion: number, maxProtocolVersion: number): void {
    this.#deployments.set(deploymentId, { deploymentId, minProtocolVersion, maxProtocolVersion });
  }

  async run(line: string): Promise<string[]> {
    this.#lines = [];
    const [command = "", ...words] = line.split(" ");
    await this.#command(command, words);
    await this.#settle();
    return this.#lines;
  }

  get #env() {
    return {
      now: this.#now,
      newInvocationId: (key: string | null) => this.#newId(key),
      traceparentOf: ({ traceparent }: Invocation) => traceparent,
    };
  }

  #newId(key: string | null): string {
    const uuid = new Uint8Array(16);
    uuid[0] = ++this.#fresh;
    return freshId(uuid, key, new Uint8Array(8));
  }

  #open(reserved: readonly number[]): void {
    this.#core = new Core({
      partitions: 1,
      registry: {
        handler: (service, handler) => this.#handlers.get(`${service}/${handler}`),
        pinnedHandler: (deployment, service, handler) =>
          this.#olderHandlers.get(`${deployment} ${service}/${handler}`),
        hasService: () => true,
        deployment: (id) => this.#deployments.get(id),
        latestDeployment: () => [...this.#deployments.values()].at(-1),
      },
      reserved,
      limits: this.#limits,
      env: this.#env,
    });
  }

  async #command(command: string, words: readonly string[]): Promise<void> {
    const [first = "", ...rest] = words;
    switch (command) {
      case "older-handler":
        this.#olderHandlers.set(`${first} ${rest[0]}`, toMeta(rest[0] ?? "", rest.slice(1)));
        return;
      case "handler":
        this.#handlers.set(first, toMeta(first, rest));
        return;
      case "call":
      case "send":
        return this.#request(command, first, rest);
      case ">":
        return this.#frames(first, rest.join(" "));
      case "fail":
        this.#core.submit(
          {
            kind: "failed",
            num: this.#num(first),
            epoch: this.#epochs.get(this.#num(first)) ?? 0,
            failure: { code: 500, message: rest.join(" ") },
          },
          this.#env,
        );
        return;
      case "limit":
        this.#limits[first as keyof Limits] = Number(rest[0]);
        return;
      case "deployment":
        this.#deployment(first, Number(rest[0]), Number(rest[1]));
        return;
      case "attach":
      case "output":
      case "cancel":
      case "kill":
      case "pause":
      case "purge":
      case "purgeJournal":
      case "describe": {
        const id = this.#names.get(first) ?? first;
        const kind = `${command}Request` as const;
        this.#core.submit({ kind, id, responder: this.#responder(`${command} ${first}`) }, this.#env);
        return;
      }
      case "resume":
      case "restart": {
        const id = this.#names.get(first) ?? first;
        const option = (key: string): string | undefined =>
          rest.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
        const responder = this.#responder(`${command} ${first}`);
        const deployment = (option("deployment") ?? "keep") as DeploymentChoice;
        if (command === "resume") {
          this.#core.submit({ kind: "resumeRequest", id, deployment, responder }, this.#env);
          return;
        }
        const from = option("from");
        this.#core.submit(
          {
            kind: "restartRequest",
            id,
            from: from === undefined ? null : Number(from),
            deployment,
            responder,
          },
          this.#env,
        );
        return;
      }
      case "mutate":
        return this.#mutate(first, rest);
      case "signal":
        this.#core.submit(
          {
            kind: "signalRequest",
            id: this.#names.get(first) ?? first,
            signal: { kind: "signal", index: Number(rest[0]) },
            result: { kind: "value", value: Buffer.from(rest[1] ?? "") },
            responder: this.#responder(`signal ${first}`),
          },
          this.#env,
        );
        return;
      case "wait":
        return this.#wait(Number(first));
      case "expire":
        for (const row of await this.#store.expired(0, this.#now, 100)) {
          this.#core.submit({ kind: "expire", num: row.num }, this.#env);
        }
        return;
      case "crash":
        return this.#crash();
      default:
        throw new Error(`no such command in a story: ${command}`);
    }
  }

  #request(mode: "call" | "send", name: string, words: readonly string[]): void {
    const [path = "", ...options] = words;
    const option = (key: string): string | null =>
      options.find((o) => o.startsWith(`${key}=`))?.slice(key.length + 1) ?? null;
    const meta = this.#handlers.get(path);
    if (meta === undefined) throw new Error(`the story has no handler ${path}`);
    const key = option("key");
    const idempotencyKey = option("idempotency");
    const target = { service: meta.service, handler: meta.handler, key, kind: meta.kind };
    const derived = derivedId(target, idempotencyKey);
    const id = derived ?? this.#newId(key);
    const delay = option("delay");
    if (!this.#names.has(name)) this.#names.set(name, id);
    this.#core.submit(
      {
        kind: "request",
        mode,
        invoke: {
          kind: "invoke",
          id,
          isDerivedId: derived !== null,
          target,
          headers: [],
          input: Buffer.from(option("input") ?? ""),
          idempotencyKey,
          invokedBy: InvokedBy.Ingress,
          invokedById: null,
          invokedByTarget: null,
          scheduledFor: delay === null ? null : this.#now + Number(delay),
          traceparent: null,
          tracestate: null,
          ...retentionOf(meta, idempotencyKey),
          waiter: null,
        },
        responder: this.#responder(`${mode} ${name}`),
      },
      this.#env,
    );
  }

  /** `mutate Service/key version=... a=1 b=2`: all state of the key from now on. */
  #mutate(target: string, words: readonly string[]): void {
    const [service = "", key = ""] = target.split("/");
    const entries = words.map((word) => word.split("=") as [string, string]);
    const version = entries.find(([name]) => name === "version")?.[1] ?? null;
    const state = entries
      .filter(([name]) => name !== "version")
      .map(([name, value]) => ({ name, value: Buffer.from(value) }));
    const id = this.#newId(key);
    const mutation = { state, version };
    this.#core.submit(
      {
        kind: "mutateRequest",
        id,
        message: { kind: "mutateState", id, service, key, mutation, inboxSeq: null },
        responder: this.#responder(`mutate ${target}`),
      },
      this.#env,
    );
  }

  #frames(name: string, text: string): void {
    const frames = text.split(";").map((part) => parseFrame(part.trim(), (id) => this.#names.get(id) ?? id));
    this.#core.submit(
      {
        kind: "frames",
        num: this.#num(name),
        epoch: this.#epochs.get(this.#num(name)) ?? 0,
        deployment: "dp_1",
        protocolVersion: 6,
        frames,
      },
      this.#env,
    );
  }

  async #wait(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#timers.map((timer) => timer()).filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer().at > this.#now);
    for (const timer of due) timer.fire();
  }

  async #crash(): Promise<void> {
    this.#store = this.#store.crash();
    this.#timers = [];
    const recovered = await this.#store.recover();
    const reserved = recovered.documents.find((d) => d.id === reservedNumbersId(0));
    this.#open(reserved === undefined ? [] : [Number(reserved.json)]);
    this.#core.recover(recovered, this.#env);
    for (const timer of await this.#store.timers(0, Number.MAX_SAFE_INTEGER, 1000))
      this.#hint({ kind: "timer", timer });
  }

  /** What a node does after each command, written down. */
  async #settle(): Promise<void> {
    for (;;) {
      const hints = this.#core.takeHints();
      for (const hint of hints) this.#hint(hint);
      for (const effect of this.#core.takeEarlyEffects()) this.#effect(effect, "early ");
      if (this.#core.hasNeeds) {
        const request = this.#core.takeNeeds();
        this.#core.installLoaded(request, await this.#store.load(request), this.#env);
        continue;
      }
      const { batch, effects } = this.#core.takeTurn();
      if (batch === null && effects.length === 0 && hints.length === 0) return;
      if (batch !== null) {
        this.#batch(batch.batch);
        await this.#store.commit(batch.batch);
        this.#core.committed(batch);
      }
      for (const effect of effects) this.#effect(effect, "");
    }
  }

  #hint(hint: Hint): void {
    if (hint.kind === "ready") {
      this.#core.submit({ kind: "begin", num: hint.num }, this.#env);
    } else if (hint.kind === "failure") {
      const { invocation, failure, next } = hint;
      const code = failure.docCode === undefined ? "" : `${failure.docCode} `;
      this.#lines.push(
        `attempt of ${this.#nameOf(invocation.num)} failed: ${code}${failure.message}, so ${next}`,
      );
    } else if (hint.kind === "retry") {
      this.#lines.push(`retry ${this.#nameOf(hint.num)} in ${hint.at - this.#now} ms`);
      const { num, epoch, at } = hint;
      this.#timers.push(() => ({
        at,
        fire: () => this.#core.submit({ kind: "retry", num, epoch }, this.#env),
      }));
    } else {
      const { timer } = hint;
      this.#timers.push(() => ({
        at: timer.at,
        fire: () => this.#core.submit({ kind: "timer", timer }, this.#env),
      }));
    }
  }

  #batch(batch: Batch): void {
    for (const row of batch.invocationInserts) {
      this.#learn(row.id, row.num, `${row.service}/${row.handler}`);
    }
    for (const row of [...batch.invocationInserts, ...batch.invocationUpdates]) {
      const isNew = "id" in row;
      const status = Object.entries(Status).find(([, value]) => value === row.status)?.[0];
      const outcome =
        row.outcomeKind === null ? "" : ` ${row.outcomeKind === OutcomeKind.Value ? "value" : "failure"}`;
      this.#lines.push(`store ${isNew ? "new " : ""}${this.#nameOf(row.num)} ${status}${outcome}`);
    }
    for (const row of batch.journalAppends) {
      const kind = isCommand(row.type) ? "command" : "notification";
      this.#lines.push(`store ${kind} ${this.#nameOf(row.num)}[${row.index}] ${messageName(row.type)}`);
    }
    for (const row of batch.journalEvents) {
      this.#lines.push(`store event ${this.#nameOf(row.num)} after ${row.afterEntryIndex} ${row.json}`);
    }
    for (const num of batch.journalDeletes) this.#lines.push(`remove journal ${this.#nameOf(num)}`);
    for (const num of batch.invocationDeletes) this.#lines.push(`remove ${this.#nameOf(num)}`);
    for (const row of batch.stateClears) this.#lines.push(`clear state ${row.service}/${row.key}`);
    for (const row of batch.stateDeletes)
      this.#lines.push(`clear state ${row.service}/${row.key} ${row.name}`);
    for (const row of batch.statePuts) {
      this.#lines.push(`store state ${row.service}/${row.key} ${row.name}=${Buffer.from(row.value)}`);
    }
    for (const row of batch.promisePuts) {
      const isOpen = row.outcomeKind === null;
      this.#lines.push(
        `store promise ${row.service}/${row.key} ${row.name} ${isOpen ? "open" : "completed"}`,
      );
    }
    for (const row of batch.promiseClears) this.#lines.push(`clear promises ${row.service}/${row.key}`);
    for (const row of batch.timerPuts) {
      const what = row.completionId === 0 ? "start" : `completion ${row.completionId}`;
      this.#lines.push(`store timer ${this.#nameOf(row.num)} ${what} in ${row.at - this.#now} ms`);
    }
    for (const row of batch.timerDeletes) this.#lines.push(`remove timer ${this.#nameOf(row.num)}`);
    for (const row of batch.outboxPuts) this.#lines.push(`store outbox ${row.seq}`);
    for (const row of batch.outboxDeletes) this.#lines.push(`remove outbox ${row.seq}`);
  }

  #effect(effect: Effect, when: string): void {
    if (effect.kind === "respond") {
      effect.responder.respond(effect.response);
      return;
    }
    // Those who watch have tests of their own.
    if (effect.kind === "lifecycle") return;
    const num = effect.kind === "start" ? effect.start.invocation.num : effect.num;
    const name = this.#nameOf(num);
    if (effect.kind === "start") {
      const { start } = effect;
      this.#learn(
        start.invocation.id,
        num,
        `${start.invocation.target.service}/${start.invocation.target.handler}`,
      );
      this.#epochs.set(num, start.epoch);
      const state = start.state.map(({ key, value }) => ` ${key}=${Buffer.from(value)}`).join("");
      const { deployment } = start.invocation;
      const where = deployment === null || deployment === "dp_1" ? "" : ` on ${deployment}`;
      const retries = start.retryCount === 0 ? "" : `, failed ${start.retryCount} times`;
      this.#lines.push(
        `${when}start ${this.#nameOf(num)} with ${start.journal.length} entries${state}${retries}${where}`,
      );
    } else if (effect.kind === "frame") {
      this.#lines.push(
        `frame ${name} ${messageName(effect.type)}${showNotification(effect.type, effect.payload)}`,
      );
    } else if (effect.kind === "askToSuspend") {
      this.#lines.push(`ask ${name} to suspend`);
    } else {
      this.#lines.push(`end attempt ${name} ${effect.reason}`);
    }
  }

  #responder(what: string): Responder {
    return {
      respond: (response) => {
        this.#lines.push(`answer to ${what}: ${showResponse(response)}`);
      },
    };
  }

  /** An invocation that no client named is called by its handler. */
  #learn(id: string, num: number, handler: string): void {
    this.#nums.set(id, num);
    if (this.#nameOfId(id) === id) this.#names.set(handler, id);
  }

  #num(name: string): number {
    const num = this.#nums.get(this.#names.get(name) ?? "");
    if (num === undefined) throw new Error(`the story has no invocation ${name}`);
    return num;
  }

  #nameOf(num: number): string {
    for (const [id, n] of this.#nums) if (n === num) return this.#nameOfId(id);
    return `#${num}`;
  }

  #nameOfId(id: string): string {
    for (const [name, other] of this.#names) if (other === id && name !== id) return name;
    return id;
  }
}

function toMeta(path: string, words: readonly string[]): HandlerMeta {
  const [service = "", handler = ""] = path.split("/");
  const option = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const attempts = option("attempts");
  const retryPolicy: RetryPolicy = {
    ...DEFAULT_RETRY_POLICY,
    ...(attempts === undefined ? {} : { maxAttempts: Number(attempts) }),
    ...(words.includes("kill") ? { onMaxAttempts: "kill" } : {}),
  };
  return {
    service,
    handler,
    kind: KINDS[words[0] ?? "service"] as HandlerKind,
    retryPolicy,
    idempotencyRetentionMs: DAY_MS,
    workflowCompletionRetentionMs: DAY_MS,
    journalRetentionMs: Number(option("journal-retention") ?? DAY_MS),
    hasEagerState: true,
    ...(words.includes("key-in-input") && { keyOf: (request) => Buffer.from(request).toString() }),
  };
}

function parseOutcome(words: readonly string[]): Outcome {
  if (words[0] === "failure") {
    return { kind: "failure", failure: { code: Number(words[1]), message: words.slice(2).join(" ") } };
  }
  return { kind: "value", value: Buffer.from(words.join(" ")) };
}

const frame = (type: number, payload: Uint8Array): Frame => ({ type, flags: 0, payload });

function parseFrame(text: string, idOf: (name: string) => string): Frame {
  const [name = "", ...w] = text.split(" ");
  const n = (i: number): number => Number(w[i]);
  const value = (i: number): Uint8Array => Buffer.from(w[i] ?? "");
  switch (name) {
    case "Run":
      return frame(MessageType.Run, codec.Run.encode({ resultCompletionId: n(0), name: w[1] ?? "" }));
    case "Propose":
      return frame(
        MessageType.ProposeRunCompletion,
        codec.ProposeRunCompletion.encode({ resultCompletionId: n(0), result: parseOutcome(w.slice(1)) }),
      );
    case "Sleep":
      return frame(
        MessageType.Sleep,
        codec.Sleep.encode({ resultCompletionId: n(0), wakeUpTime: START + n(1) }),
      );
    case "Output":
      return frame(MessageType.Output, codec.Output.encode({ result: parseOutcome(w) }));
    case "End":
      return frame(MessageType.End, codec.End.encode({}));
    case "GetState":
      return frame(
        MessageType.GetLazyState,
        codec.GetLazyState.encode({ resultCompletionId: n(0), key: w[1] ?? "" }),
      );
    case "SetState":
      return frame(MessageType.SetState, codec.SetState.encode({ key: w[0] ?? "", value: value(1) }));
    case "ClearState":
      return frame(MessageType.ClearState, codec.ClearState.encode({ key: w[0] ?? "" }));
    case "ClearAllState":
      return frame(MessageType.ClearAllState, codec.ClearAllState.encode({}));
    case "GetPromise":
      return frame(
        MessageType.GetPromise,
        codec.GetPromise.encode({ resultCompletionId: n(0), key: w[1] ?? "" }),
      );
    case "PeekPromise":
      return frame(
        MessageType.PeekPromise,
        codec.PeekPromise.encode({ resultCompletionId: n(0), key: w[1] ?? "" }),
      );
    case "CompletePromise":
      return frame(
        MessageType.CompletePromise,
        codec.CompletePromise.encode({
          resultCompletionId: n(0),
          key: w[1] ?? "",
          completion: parseOutcome(w.slice(2)),
        }),
      );
    case "Call":
    case "Send": {
      const [serviceName = "", handlerName = ""] = (w[1] ?? "").split("/");
      const option = (key: string): string | undefined =>
        w.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
      const idempotencyKey = option("idempotency");
      const call = {
        serviceName,
        handlerName,
        parameter: Buffer.from(option("input") ?? ""),
        headers: [],
        key: option("key") ?? "",
        invocationIdNotificationIdx: n(0),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      };
      if (name === "Call")
        return frame(MessageType.Call, codec.Call.encode({ ...call, resultCompletionId: n(0) + 1 }));
      const at = option("at");
      const invokeTime = at === undefined ? 0 : START + Number(at);
      return frame(MessageType.OneWayCall, codec.OneWayCall.encode({ ...call, invokeTime }));
    }
    case "Attach":
      return frame(
        MessageType.AttachInvocation,
        codec.AttachInvocation.encode({
          resultCompletionId: n(0),
          target: { kind: "invocationId", invocationId: idOf(w[1] ?? "") },
        }),
      );
    case "Cancel":
      return frame(
        MessageType.SendSignal,
        codec.SendSignal.encode({
          targetInvocationId: idOf(w[0] ?? ""),
          signal: { kind: "index", index: 1 },
          result: { kind: "void" },
        }),
      );
    case "Suspend":
      return frame(
        MessageType.Suspension,
        codec.Suspension.encode({
          completions: w.filter((word) => !word.startsWith("s")).map(Number),
          signals: w.filter((word) => word.startsWith("s")).map((word) => Number(word.slice(1))),
          namedSignals: [],
        }),
      );
    case "Error":
      return frame(
        MessageType.Error,
        codec.Error.encode({ code: n(0), message: w.slice(1).join(" "), stacktrace: "" }),
      );
    default:
      throw new Error(`no such frame in a story: ${name}`);
  }
}

function showNotification(type: number, payload: Uint8Array): string {
  if (type === MessageType.ProposeRunCompletionAck || type === MessageType.CommandAck) return "";
  const { id, result } = codec.Notification.decode(payload);
  const number = id.kind === "completion" ? id.id : id.kind === "signal" ? `s${id.index}` : id.name;
  if (result.kind === "value") return ` ${number} ${Buffer.from(result.value)}`;
  if (result.kind === "failure") return ` ${number} ${result.failure.code} ${result.failure.message}`;
  return ` ${number} ${result.kind}`;
}

function showResponse(response: Response): string {
  switch (response.kind) {
    case "outcome": {
      const kept = response.keptUntil === null ? "" : " (kept)";
      return response.outcome.kind === "value"
        ? `value ${Buffer.from(response.outcome.value)}${kept}`
        : `failure ${response.outcome.failure.code} ${response.outcome.failure.message}${kept}`;
    }
    case "accepted":
      return response.isDuplicate ? "accepted before" : "accepted";
    case "description": {
      const { target, status, retryCount, lastFailure, result, failure, journal } = response.description;
      const tries = retryCount === 0 ? "" : ` failed ${retryCount} times (${lastFailure?.message})`;
      const end = result === null ? "" : ` ${result}${failure === null ? "" : ` ${failure}`}`;
      const entries = journal.map(({ type, name }) => (name === null ? type : `${type} ${name}`));
      return `${target} ${status}${tries}${end}; ${entries.join(", ")}`;
    }
    default:
      return response.kind;
  }
}
