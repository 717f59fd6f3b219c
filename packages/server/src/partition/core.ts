import { isCommand } from "@pawl/protocol";
import {
  type Loaded,
  type LoadedKey,
  type LoadRequest,
  NUMBERS_PER_PARTITION,
  type Recovered,
} from "../store/store.js";
import { BatchBuilder, type TakenBatch } from "./batch.js";
import type { Command, Effect, Hint, Message } from "./commands.js";
import { partitionOf } from "./identity.js";
import type { Limits } from "./limits.js";
import { type Invocation, isExclusive, type JournalEntry, type KeyState, UNKNOWN_LENGTH } from "./model.js";
import { missing, type Need } from "./needs.js";
import { decodeMessage, encodeMessage } from "./outbox.js";
import { type Env, keyName, Partition, type Turn } from "./partition.js";
import type { Registry } from "./registry.js";
import { decodeOutcome, decodeWaiters, fromRow } from "./rows.js";
import { step } from "./step.js";

/** What one turn leaves to do: store the batch, then carry out the effects. */
export interface TakenTurn {
  /** null when there is nothing to store. */
  readonly batch: TakenBatch | null;
  /** For after the commit of this batch and of all before it. */
  readonly effects: readonly Effect[];
}

export interface NumberedLoadRequest extends LoadRequest {
  readonly number: number;
}

/** A command that waits for what it needs from the store. */
interface Parked {
  readonly command: Command;
  /** Its row in the outbox, when it is a message that must survive a crash until it is applied. */
  readonly outbox: { readonly partition: number; readonly seq: number } | null;
  readonly order: number;
}

/** Numbers are reserved in blocks, so that none is used again after a crash. */
const RESERVED_NUMBERS = 100_000;

/**
 * All partitions of a node: routes commands to them, parks what needs loading, and collects one batch a turn. Pure: the
 * node (or the simulation) does the reading, the writing and the clock.
 */
export class Core {
  readonly partitions: readonly Partition[];
  readonly #turn: Turn;
  readonly #reservedUntil: number[];
  #durableBatch = 0;
  #order = 0;
  readonly #waiting = new Map<string, Parked[]>();
  /** Keys with a parked call: later calls of the key queue up behind it, in order. */
  readonly #behind = new Map<string, Parked[]>();
  #needs: Need[] = [];
  /** Loads under way, and which invocations left memory meanwhile: what was read of those may be old. */
  #loadsUnderWay = 0;
  #loadNumber = 0;
  readonly #removedDuring = new Map<number, number>();
  #loaded: Invocation[] = [];
  #absentIds = new Set<string>();
  #absentNums = new Set<number>();

  /** @param reserved the first number that was not reserved before, per partition (from the meta documents) */
  constructor(options: {
    readonly partitions: number;
    readonly registry: Registry;
    readonly reserved: readonly number[];
    readonly limits: Limits;
    readonly env: Env;
  }) {
    this.#turn = {
      batch: new BatchBuilder(),
      effects: [],
      earlyEffects: [],
      hints: [],
      outgoing: [],
      env: options.env,
    };
    this.#reservedUntil = [];
    this.partitions = Array.from({ length: options.partitions }, (_, number) => {
      const first = options.reserved[number] ?? number * NUMBERS_PER_PARTITION + 1;
      this.#reservedUntil.push(first);
      return new Partition(number, this.#turn, options.registry, options.limits, first);
    });
  }

  get batch(): BatchBuilder {
    return this.#turn.batch;
  }

  set registry(registry: Registry) {
    for (const partition of this.partitions) partition.registry = registry;
  }

  /** Takes up where the last process stopped: what was running starts again, what was under way arrives. */
  recover(recovered: Pick<Recovered, "running" | "outbox">, env: Env): void {
    this.#turn.env = env;
    for (const row of recovered.running) {
      const partition = this.#partition(row.partition);
      if (partition.isFull) {
        partition.queueToBegin(row.num);
      } else {
        const invocation = fromRow(row);
        partition.add(invocation);
        partition.makeReady(invocation);
      }
    }
    for (const row of recovered.outbox) {
      const receiver = this.#partition(row.partition);
      receiver.nextOutboxSeq = Math.max(receiver.nextOutboxSeq, row.seq + 1);
    }
    for (const row of recovered.outbox) {
      const outbox = { partition: row.partition, seq: row.seq };
      this.#apply({ command: decodeMessage(row.message), outbox, order: this.#order++ });
    }
    this.#deliver();
  }

  /** Applies a command and everything that follows from it at once. */
  submit(command: Command, env: Env): void {
    this.#turn.env = env;
    this.#apply({ command, outbox: null, order: this.#order++ });
    this.#deliver();
  }

  /** True when a load should be made. */
  get hasNeeds(): boolean {
    return this.#needs.length > 0;
  }

  /** What to ask the store for; the answer comes back through `installLoaded`. */
  takeNeeds(): NumberedLoadRequest {
    const needs = this.#needs;
    this.#needs = [];
    this.#loadsUnderWay++;
    const request = {
      number: ++this.#loadNumber,
      invocations: [] as string[],
      invocationNums: [] as number[],
      journals: [] as number[],
      keys: [] as LoadedKey["ref"][],
    };
    for (const need of needs) {
      if (need.kind === "id") request.invocations.push(need.id);
      else if (need.kind === "num") request.invocationNums.push(need.num);
      else if (need.kind === "journal") request.journals.push(need.num);
      else request.keys.push(need.ref);
    }
    return request;
  }

  /** Brings in what was loaded and applies the commands that waited for it, in the order in which they came. */
  installLoaded(request: NumberedLoadRequest, loaded: Loaded, env: Env): void {
    this.#turn.env = env;
    this.#loadsUnderWay--;
    const released: Parked[] = [];
    const release = (need: string): void => {
      released.push(...(this.#waiting.get(need) ?? []));
      this.#waiting.delete(need);
    };
    request.invocations.forEach((id, i) => {
      const row = loaded.invocations[i];
      if (row && this.#isOld(row, request)) {
        this.#needs.push({ kind: "id", id });
        return;
      }
      if (row) this.#install(fromRow(row));
      else this.#absentIds.add(id);
      release(`i:${id}`);
    });
    request.invocationNums.forEach((num, i) => {
      const row = loaded.invocationNums[i];
      if (row && this.#isOld(row, request)) {
        this.#needs.push({ kind: "num", num });
        return;
      }
      if (row) this.#install(fromRow(row));
      else this.#absentNums.add(num);
      release(`n:${num}`);
    });
    request.journals.forEach((num, i) => {
      const invocation = this.#partition(Math.floor(num / NUMBERS_PER_PARTITION)).byNum.get(num);
      if (invocation !== undefined && invocation.journal === null) {
        installJournal(invocation, loaded.journals[i] ?? []);
      }
      release(`j:${num}`);
    });
    for (const key of loaded.keys) {
      const partition = this.#partition(key.ref.partition);
      const name = keyName(key.ref.service, key.ref.key);
      if (!partition.keys.has(name)) partition.keys.set(name, toKeyState(key));
      release(`k:${key.ref.partition}/${name}`);
    }
    if (this.#loadsUnderWay === 0) this.#removedDuring.clear();
    released.sort((a, b) => a.order - b.order);
    for (const parked of released) {
      this.#apply(parked);
      this.#deliver();
    }
    this.#absentIds.clear();
    this.#absentNums.clear();
  }

  /** Hints of this turn: for the node, at once. */
  takeHints(): Hint[] {
    return this.#turn.hints.splice(0);
  }

  /** Effects that need not wait for the commit. */
  takeEarlyEffects(): Effect[] {
    return this.#turn.earlyEffects.splice(0);
  }

  /** Ends the turn. Its effects are carried out when its batch, and every batch before it, is durable. */
  takeTurn(): TakenTurn {
    this.#reserveNumbers();
    const effects = this.#turn.effects.splice(0);
    const batch = this.#turn.batch.take();
    this.#forgetVisitors();
    return { batch, effects };
  }

  /** The batch is durable: what does not move leaves memory. */
  committed(taken: TakenBatch): void {
    this.#durableBatch = taken.number;
    for (const invocation of taken.invocations) {
      if (invocation.lastBatch !== taken.number || invocation.isDirty) continue;
      const partition = this.#partition(invocation.partition);
      if (partition.mayLeaveMemory(invocation)) this.#remove(partition, invocation);
    }
    for (const partition of this.partitions) partition.trimKeys(taken.number);
  }

  #partition(number: number): Partition {
    const partition = this.partitions[number];
    if (partition === undefined) throw new Error(`partition ${number} is not of this node`);
    return partition;
  }

  #route(command: Command): Partition {
    if (this.partitions.length === 1) return this.partitions[0] as Partition;
    if ("num" in command) return this.#partition(Math.floor(command.num / NUMBERS_PER_PARTITION));
    if (command.kind === "timer") return this.#partition(command.timer.partition);
    const id = command.kind === "request" ? command.invoke.id : command.id;
    return this.#partition(partitionOf(id, this.partitions.length));
  }

  #apply(parked: Parked): void {
    const partition = this.#route(parked.command);
    const key = exclusiveKey(partition, parked.command);
    if (key === null) {
      this.#tryApply(partition, parked);
      return;
    }
    const behind = this.#behind.get(key);
    if (behind === undefined) {
      const waiting = this.#tryApply(partition, parked);
      if (waiting !== null) this.#behind.set(key, [waiting]);
    } else if (behind[0] !== parked) {
      behind.push(this.#park(partition, parked));
    } else {
      this.#advance(partition, key, behind);
    }
  }

  /** The first parked call of a key can go on, and the next ones after it, until one has to wait again. */
  #advance(partition: Partition, key: string, behind: Parked[]): void {
    for (let head = behind[0]; head !== undefined; head = behind[0]) {
      const waiting = this.#tryApply(partition, head);
      if (waiting !== null) {
        behind[0] = waiting;
        return;
      }
      behind.shift();
    }
    this.#behind.delete(key);
  }

  /** @returns null when the command was applied, else the command as it is parked now */
  #tryApply(partition: Partition, parked: Parked): Parked | null {
    const need = missing(partition, parked.command, { ids: this.#absentIds, nums: this.#absentNums });
    if (need !== undefined) {
      const waiting = this.#park(partition, parked);
      this.#wait(needName(partition, need), need, waiting);
      return waiting;
    }
    step(partition, parked.command);
    if (parked.outbox !== null) this.#turn.batch.deleteOutbox(parked.outbox.partition, parked.outbox.seq);
    return null;
  }

  /** A message must not be lost while it waits: it gets a row in the outbox, written with the batch that sent it. */
  #park(partition: Partition, parked: Parked): Parked {
    if (parked.outbox !== null || !isMessage(parked.command)) return parked;
    const outbox = { partition: partition.number, seq: partition.nextOutboxSeq++ };
    this.#turn.batch.putOutbox({ ...outbox, message: encodeMessage(parked.command) });
    return { ...parked, outbox };
  }

  #wait(name: string, need: Need, parked: Parked): void {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      waiting.push(parked);
      return;
    }
    this.#waiting.set(name, [parked]);
    this.#needs.push(need);
  }

  /** Messages between invocations. Where the receiver is at hand they arrive in the batch that sent them. */
  #deliver(): void {
    const { outgoing } = this.#turn;
    for (let i = 0; i < outgoing.length; i++) {
      this.#apply({ command: outgoing[i] as Message, outbox: null, order: this.#order++ });
    }
    outgoing.length = 0;
  }

  #remove(partition: Partition, invocation: Invocation): void {
    partition.remove(invocation);
    if (this.#loadsUnderWay > 0) this.#removedDuring.set(invocation.num, this.#loadNumber);
  }

  /** The row was read before the invocation, in memory under its other name, changed and left. */
  #isOld(row: { readonly num: number }, request: NumberedLoadRequest): boolean {
    const removed = this.#removedDuring.get(row.num);
    return removed !== undefined && removed >= request.number;
  }

  #install(invocation: Invocation): void {
    const partition = this.#partition(invocation.partition);
    if (partition.byNum.has(invocation.num)) return;
    partition.add(invocation);
    this.#loaded.push(invocation);
  }

  /** Invocations that were only looked at. */
  #forgetVisitors(): void {
    const loaded = this.#loaded;
    if (loaded.length === 0) return;
    const stillNeeded = new Set<number>();
    for (const list of this.#waiting.values()) {
      for (const { command } of list) {
        const invocation = this.#invocationOf(command);
        if (invocation !== undefined) stillNeeded.add(invocation.num);
      }
    }
    this.#loaded = loaded.filter((invocation) => {
      if (stillNeeded.has(invocation.num)) return true;
      const partition = this.#partition(invocation.partition);
      const isDurable = !invocation.isDirty && invocation.lastBatch <= this.#durableBatch;
      if (isDurable && partition.mayLeaveMemory(invocation)) this.#remove(partition, invocation);
      return false;
    });
  }

  #invocationOf(command: Command): Invocation | undefined {
    const partition = this.#route(command);
    if ("num" in command) return partition.byNum.get(command.num);
    if (command.kind === "timer") return partition.byNum.get(command.timer.num);
    return partition.byId.get(command.kind === "request" ? command.invoke.id : command.id);
  }

  #reserveNumbers(): void {
    for (const partition of this.partitions) {
      const reserved = this.#reservedUntil[partition.number] as number;
      if (partition.nextNum <= reserved) continue;
      const until = partition.nextNum + RESERVED_NUMBERS;
      this.#reservedUntil[partition.number] = until;
      this.#turn.batch.putDocument({
        kind: "meta",
        id: reservedNumbersId(partition.number),
        json: String(until),
      });
    }
  }
}

function installJournal(invocation: Invocation, rows: readonly JournalEntry[]): void {
  // What was appended since may or may not be among the rows already.
  const stored =
    invocation.journalLength === UNKNOWN_LENGTH
      ? rows
      : rows.slice(0, invocation.journalLength - invocation.tail.length);
  invocation.journal = [...stored.map(({ type, payload }) => ({ type, payload })), ...invocation.tail];
  invocation.tail = [];
  invocation.journalLength = invocation.journal.length;
  invocation.commandCount = invocation.journal.filter((entry) => isCommand(entry.type)).length;
}

export function reservedNumbersId(partition: number): string {
  return `reserved-numbers/${partition}`;
}

function needName(partition: Partition, need: Need): string {
  switch (need.kind) {
    case "id":
      return `i:${need.id}`;
    case "num":
      return `n:${need.num}`;
    case "journal":
      return `j:${need.num}`;
    case "key":
      return `k:${partition.number}/${keyName(need.ref.service, need.ref.key)}`;
  }
}

/** The key whose queue a call joins. */
function exclusiveKey(partition: Partition, command: Command): string | null {
  const invoke = command.kind === "request" ? command.invoke : command.kind === "invoke" ? command : null;
  if (invoke === null || !isExclusive(invoke.target.kind)) return null;
  return `${partition.number}/${keyName(invoke.target.service, invoke.target.key ?? "")}`;
}

function isMessage(command: Command): command is Message {
  switch (command.kind) {
    case "invoke":
    case "notify":
    case "signal":
    case "attach":
    case "output":
    case "kill":
    case "next":
    case "mutateState":
      return true;
    default:
      return false;
  }
}

function toKeyState({ ref, state, promises, queue }: LoadedKey): KeyState {
  return {
    ...ref,
    state: new Map(state.map(({ name, value }) => [name, value])),
    promises: new Map(
      promises.map((row) => [row.name, { outcome: decodeOutcome(row), waiters: decodeWaiters(row.waiters) }]),
    ),
    queue: queue.map(({ num, id, inboxSeq }) => ({ kind: "invocation", num, id, inboxSeq })),
    dirtyState: new Map(),
    stateCleared: false,
    dirtyPromises: new Set(),
    promisesCleared: false,
    running: 0,
    isDirty: false,
    lastBatch: 0,
  };
}
