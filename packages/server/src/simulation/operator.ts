import type { Command, Responder, Response } from "../partition/commands.js";
import type { Random } from "./random.js";
import type { World } from "./world.js";

/** A key whose state only operators write; handlers that hold it make them wait. */
export const MUTATED_KEY = "m";
/** Entries of a journal that a restart takes over, at most. */
const MAX_FROM = 12;

export type Ask = (
  toCommand: (responder: Responder) => Command,
  onAnswer: (response: Response) => void,
) => void;

interface Mutation {
  readonly value: string;
  isAcknowledged: boolean;
}

/** Somebody who acts on invocations and state from outside, at random, and remembers what was promised. */
export class Operator {
  /** By service, in the order in which they were asked for. */
  readonly mutations = new Map<string, Mutation[]>();
  readonly #resumes = new Map<string, number>();

  /** @param services that have the key, an object each */
  constructor(
    readonly random: Random,
    readonly world: World,
    readonly services: readonly string[],
    readonly ask: Ask,
    readonly newId: (key: string) => string,
  ) {}

  act(): void {
    const dice = this.random.below(12);
    if (dice < 3) return this.#mutate();
    const known = [...this.world.acknowledged];
    if (known.length === 0) return;
    const id = this.random.pick(known);
    if (dice < 6) this.#pause(id);
    else if (dice < 7) this.resume(id);
    else if (dice < 10) this.#restart();
    else if (dice < 11)
      this.ask(
        (responder) => ({ kind: "purgeJournalRequest", id, responder }),
        () => {},
      );
    else this.#purge(id);
  }

  resume(id: string): void {
    this.#resumes.set(id, (this.#resumes.get(id) ?? 0) + 1);
    this.world.paused.delete(id);
    const deployment = this.random.chance(0.5) ? "keep" : "latest";
    this.ask(
      (responder) => ({ kind: "resumeRequest", id, deployment, responder }),
      () => {},
    );
  }

  #pause(id: string): void {
    const resumes = this.#resumes.get(id);
    this.ask(
      (responder) => ({ kind: "pauseRequest", id, responder }),
      ({ kind }) => {
        if (kind === "done" && this.#resumes.get(id) === resumes) this.world.paused.add(id);
      },
    );
  }

  #restart(): void {
    const ended = [...this.world.outputs.keys()];
    if (ended.length === 0) return;
    const id = this.random.pick(ended);
    // What a handler did to the state of its key would be missing from the counts.
    const mayCopy = this.world.endedServices.get(id)?.startsWith("Service") ?? false;
    const from = mayCopy && this.random.chance(0.7) ? this.random.below(MAX_FROM) : null;
    this.ask(
      (responder) => ({ kind: "restartRequest", id, from, deployment: "keep", responder }),
      (response) => {
        if (response.kind === "restarted") this.world.acknowledged.add(response.newId);
      },
    );
  }

  #purge(id: string): void {
    if (this.world.derived.has(id)) return;
    this.world.purged.add(id);
    this.world.paused.delete(id);
    this.ask(
      (responder) => ({ kind: "purgeRequest", id, responder }),
      () => {},
    );
  }

  #mutate(): void {
    const service = this.random.pick(this.services);
    const mutations = this.mutations.get(service) ?? [];
    this.mutations.set(service, mutations);
    const value = String(mutations.length);
    const mutation = { value, isAcknowledged: false };
    mutations.push(mutation);
    const id = this.newId(MUTATED_KEY);
    this.ask(
      (responder) => ({
        kind: "mutateRequest",
        id,
        message: {
          kind: "mutateState",
          id,
          service,
          key: MUTATED_KEY,
          mutation: { state: [{ name: "value", value: Buffer.from(value) }], version: null },
          inboxSeq: null,
        },
        responder,
      }),
      () => {
        mutation.isAcknowledged = true;
      },
    );
  }

  /** Everything has come to rest. @param stored what the key's value is now; null: it has none */
  checkMutations(service: string, stored: string | null): void {
    const mutations = this.mutations.get(service) ?? [];
    const place = stored === null ? -1 : Number(stored);
    const acknowledged = mutations.findLastIndex(({ isAcknowledged }) => isAcknowledged);
    if (place < acknowledged) {
      this.world.violation(`${service}/${MUTATED_KEY}: ${acknowledged} was promised, ${stored} is there`);
    }
  }
}
