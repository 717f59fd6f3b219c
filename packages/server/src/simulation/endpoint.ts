import {
  codec,
  type Frame,
  formatAwakeableId,
  isCommand,
  isNotification,
  MessageType,
  type NotificationResult,
  parseInvocationId,
} from "@pawl/protocol";
import type { Attempt, AttemptEvents, AttemptRequest, Invoker } from "../invoker/invoker.js";
import type { JournalEntry } from "../partition/model.js";
import type { SimulatedHandler } from "./programs.js";
import type { Random } from "./random.js";
import type { World } from "./world.js";

const text = new TextEncoder();
const fromText = new TextDecoder();

/** Runs simulated handlers: what an SDK does, without one. The simulation decides when each attempt moves. */
export class SimulatedEndpoint implements Invoker {
  readonly attempts = new Set<SimulatedAttempt>();

  constructor(
    readonly handlers: ReadonlyMap<string, SimulatedHandler>,
    readonly random: Random,
    readonly world: World,
  ) {}

  start(request: AttemptRequest, events: AttemptEvents): Attempt {
    const handler = this.handlers.get(`${request.service}/${request.handler}`) as SimulatedHandler;
    this.world.attemptStarted(request.invocationId);
    const attempt = new SimulatedAttempt(this, handler, request, events);
    this.attempts.add(attempt);
    return attempt;
  }

  async close(): Promise<void> {
    this.attempts.clear();
  }
}

export class SimulatedAttempt implements Attempt {
  readonly #commands: JournalEntry[] = [];
  readonly #completions = new Map<number, NotificationResult>();
  readonly #signals = new Map<number, NotificationResult>();
  readonly #incoming: { type: number; payload: Uint8Array }[] = [];
  readonly #id: string;
  #replayed = 0;
  #hasBegun = false;
  #mustSuspend = false;

  constructor(
    readonly endpoint: SimulatedEndpoint,
    readonly handler: SimulatedHandler,
    readonly request: AttemptRequest,
    readonly events: AttemptEvents,
  ) {
    this.#id = request.invocationId;
    for (const entry of request.journal) this.#take(entry);
    if (request.journal[0]?.type !== MessageType.Input)
      endpoint.world.violation(`${this.#id}: entry 0 is no Input`);
  }

  send(type: number, payload: Uint8Array): void {
    this.#incoming.push({ type, payload });
  }

  askToSuspend(): void {
    this.#mustSuspend = true;
  }

  close(): void {
    this.endpoint.attempts.delete(this);
  }

  /** The connection breaks, or the process with the handler dies. */
  fail(): void {
    this.close();
    this.events.failed({ code: 500, message: "connection reset", docCode: "RT0010" });
  }

  /**
   * Reads what has arrived and runs the handler up to where it has to wait.
   * @param isInactive the server asks it to suspend
   */
  move(isInactive = false): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.endpoint.world.attemptBegan(this.#id, this.request, this.handler.kind);
    }
    for (const entry of this.#incoming.splice(0)) this.#take(entry);
    const out: Frame[] = [];
    this.#replayed = 0;
    const waitsFor = this.#runOps(out);
    if (waitsFor !== null && (isInactive || this.#mustSuspend || this.endpoint.random.chance(0.3))) {
      const { completion, signal } = waitsFor;
      out.push(
        frame(
          MessageType.Suspension,
          codec.Suspension.encode({
            completions: completion === undefined ? [] : [completion],
            signals: signal === undefined ? [1] : [1, signal],
            namedSignals: [],
          }),
        ),
      );
      // It is over here, too: an SDK does nothing after its suspension.
      this.endpoint.attempts.delete(this);
    } else if (waitsFor === null) {
      this.endpoint.attempts.delete(this);
    } else {
      // What it waits for is not looked at.
      out.push(frame(MessageType.AwaitingOn, new Uint8Array()));
    }
    if (out.length > 0) this.events.frames(out);
  }

  get hasWork(): boolean {
    return !this.#hasBegun || this.#mustSuspend || this.#incoming.length > 0;
  }

  #take(entry: JournalEntry): void {
    if (isCommand(entry.type)) {
      this.#commands.push(entry);
    } else if (isNotification(entry.type)) {
      const { id, result } = codec.Notification.decode(entry.payload);
      if (id.kind === "completion") {
        if (this.#completions.has(id.id))
          this.endpoint.world.violation(`${this.#id}: completion ${id.id} came twice`);
        this.#completions.set(id.id, result);
      } else if (id.kind === "signal") this.#signals.set(id.index, result);
    }
  }

  /** Runs the handler from the top. @returns what it waits for, null when it is done */
  #runOps(out: Frame[]): { completion?: number; signal?: number } | null {
    const { world } = this.endpoint;
    this.#command(MessageType.Input, () => new Uint8Array(), out);
    let nextCompletion = 1;
    let nextSignal = 17;
    const results: string[] = [];
    for (const [step, op] of this.handler.ops.entries()) {
      switch (op.op) {
        case "run": {
          const id = nextCompletion++;
          this.#command(
            MessageType.Run,
            () => codec.Run.encode({ resultCompletionId: id, name: `s${step}` }),
            out,
          );
          const done = this.#completions.get(id);
          if (done === undefined) {
            if (!this.#proposed.has(id)) {
              this.#proposed.add(id);
              const value = world.execute(this.#id, step);
              const proposal = codec.ProposeRunCompletion.encode({
                resultCompletionId: id,
                result: { kind: "value", value: text.encode(value) },
              });
              out.push(frame(MessageType.ProposeRunCompletion, proposal));
            }
            return { completion: id };
          }
          const value = textOf(done);
          world.finished(this.#id, step, value);
          results.push(value);
          break;
        }
        case "sleep": {
          const id = nextCompletion++;
          const wakeUpTime = world.now() + op.ms;
          this.#command(
            MessageType.Sleep,
            () => codec.Sleep.encode({ wakeUpTime, resultCompletionId: id }),
            out,
          );
          if (!this.#completions.has(id)) return { completion: id };
          break;
        }
        case "call":
        case "fan-out": {
          const ids: number[] = [];
          const width = op.op === "call" ? 1 : op.width;
          for (let i = 0; i < width; i++) {
            const invocationIdNotificationIdx = nextCompletion++;
            const resultCompletionId = nextCompletion++;
            ids.push(resultCompletionId);
            const key = world.keyFor(op.service, `${this.#id}/${step}/${i}`);
            this.#command(
              MessageType.Call,
              () =>
                codec.Call.encode({
                  serviceName: op.service,
                  handlerName: op.handler,
                  parameter: text.encode("in"),
                  headers: [],
                  key,
                  invocationIdNotificationIdx,
                  resultCompletionId,
                }),
              out,
            );
          }
          for (const id of ids) {
            const done = this.#completions.get(id);
            if (done === undefined) return { completion: id };
            const callee = this.#completions.get(id - 1);
            const value = textOf(done);
            if (callee?.kind === "invocationId") world.outcomeSeen(callee.invocationId, value);
            else world.violation(`${this.#id}: a call has its result before its invocation id`);
            results.push(value);
          }
          break;
        }
        case "send": {
          const idx = nextCompletion++;
          const key = world.keyFor(op.service, `${this.#id}/${step}`);
          const invokeTime = op.delayMs === 0 ? 0 : world.now() + op.delayMs;
          this.#command(
            MessageType.OneWayCall,
            () =>
              codec.OneWayCall.encode({
                serviceName: op.service,
                handlerName: op.handler,
                parameter: text.encode("in"),
                headers: [],
                key,
                invokeTime,
                invocationIdNotificationIdx: idx,
              }),
            out,
          );
          const callee = this.#completions.get(idx);
          if (callee === undefined) return { completion: idx };
          if (callee.kind === "invocationId") world.accepted(callee.invocationId, op.service, key);
          break;
        }
        case "awakeable": {
          const index = nextSignal++;
          const done = this.#signals.get(index);
          if (done === undefined) {
            world.awakeables.add(formatAwakeableId(parseInvocationId(this.#id), index));
            return { signal: index };
          }
          results.push(textOf(done));
          break;
        }
        case "increment": {
          nextCompletion++;
          const stored = this.request.state.find((s) => s.key === "count")?.value;
          const read = this.#command(
            MessageType.GetEagerState,
            () =>
              codec.GetEagerState.encode({
                key: "count",
                result: stored === undefined ? { kind: "void" } : { kind: "value", value: stored },
              }),
            out,
          );
          const { result } = codec.GetEagerState.decode(read);
          const before = result.kind === "void" ? 0 : Number(fromText.decode(result.value));
          const value = text.encode(String(before + 1));
          this.#command(MessageType.SetState, () => codec.SetState.encode({ key: "count", value }), out);
          break;
        }
        case "get-promise": {
          const id = nextCompletion++;
          this.#command(
            MessageType.GetPromise,
            () => codec.GetPromise.encode({ key: "go", resultCompletionId: id }),
            out,
          );
          const done = this.#completions.get(id);
          if (done === undefined) return { completion: id };
          results.push(textOf(done));
          break;
        }
        case "complete-promise": {
          const id = nextCompletion++;
          this.#command(
            MessageType.CompletePromise,
            () =>
              codec.CompletePromise.encode({
                key: "go",
                completion: { kind: "value", value: text.encode(`by ${this.#id}`) },
                resultCompletionId: id,
              }),
            out,
          );
          if (!this.#completions.has(id)) return { completion: id };
          break;
        }
      }
    }
    const output = results.join(",");
    this.#command(
      MessageType.Output,
      () => codec.Output.encode({ result: { kind: "value", value: text.encode(output) } }),
      out,
    );
    world.ended(this.#id, this.request, this.handler, output);
    out.push(frame(MessageType.End, codec.End.encode({})));
    return null;
  }

  readonly #proposed = new Set<number>();

  /** The next command: from the journal, where it must be the same one, or new. @returns its payload */
  #command(type: number, encode: () => Uint8Array, out: Frame[]): Uint8Array {
    const stored = this.#commands[this.#replayed++];
    if (stored !== undefined) {
      if (stored.type !== type) {
        this.endpoint.world.violation(
          `${this.#id}: command ${this.#replayed - 1} is ${stored.type}, expected ${type}`,
        );
      }
      return stored.payload;
    }
    const payload = encode();
    this.#commands.push({ type, payload });
    out.push(frame(type, payload));
    return payload;
  }
}

function frame(type: number, payload: Uint8Array): Frame {
  return { type, flags: 0, payload };
}

function textOf(result: NotificationResult): string {
  if (result.kind === "value") return fromText.decode(result.value);
  return result.kind === "failure" ? `failure ${result.failure.code}` : result.kind;
}
