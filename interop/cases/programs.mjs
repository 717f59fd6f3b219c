/** Programs made up at random, and what must come out of them: whatever happens in between, replay must not show. */
import assert from "node:assert/strict";

/** Numbers that look random and follow from a seed (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes programs together with what they return. */
export class ProgramMaker {
  #random;
  /** Places of one-way messages, each of which arrives once. @type {string[]} */
  sends = [];
  /** Places where every attempt must read the same clock. @type {string[]} */
  clocks = [];
  /** Places where every attempt must draw the same random values. @type {string[]} */
  randoms = [];

  constructor(seed) {
    this.#random = randomNumbers(seed);
  }

  #below(limit) {
    return Math.floor(this.#random() * limit);
  }

  #pick(choices) {
    return choices[this.#below(choices.length)];
  }

  #value() {
    return this.#pick([0, "", "text", null, { a: [1, { b: "ü" }] }, "x".repeat(5_000), false, -1.5]);
  }

  #failure() {
    return { code: 400 + this.#below(150), message: `failure ${this.#below(1_000)}` };
  }

  /** @param {{ topic: string, place?: string, depth?: number, state?: object, offset?: number }} where
   *   offset: number of the first operation. state: what is stored under its key, if it has one
   * @returns program and results */
  make({ topic, place = "", depth = 2, state, offset = 0 }) {
    const [program, results] = [[], []];
    const length = 2 + this.#below(depth === 2 ? 7 : 3);
    for (let index = offset; index < offset + length; index++) {
      const made = this.#operation({ topic, place: `${place}.${index}`, depth, state });
      program.push(made.operation);
      results.push(made.result);
    }
    return { program, results };
  }

  #operation(where) {
    const { topic, place, depth, state } = where;
    const kinds = [
      "combinable",
      "combinable",
      "combinable",
      "combinable",
      "catch",
      "crash",
      "send",
      "random",
      "clock",
    ];
    if (state !== undefined) kinds.push("set", "set", "get", "get", "clear");
    const kind = this.#pick(kinds);
    const name = this.#pick(["a", "b", "c"]);
    switch (kind) {
      case "crash":
        return { operation: { op: "crash", times: 1 + this.#below(2) }, result: "survived" };
      case "random":
      case "clock":
        (kind === "random" ? this.randoms : this.clocks).push(`${topic}/same${place}`);
        return { operation: { op: kind }, result: true };
      case "send": {
        this.sends.push(`${topic}/sent${place}`);
        const delay = this.#pick([undefined, 20]);
        return {
          operation: { op: "send", ...(delay && { delay }), isAwaited: this.#pick([true, false]) },
          result: "sent",
        };
      }
      case "set": {
        state[name] = this.#value();
        return { operation: { op: "set", name, value: state[name] }, result: "set" };
      }
      case "get":
        return { operation: { op: "get", name }, result: state[name] ?? null };
      case "clear":
        delete state[name];
        return { operation: { op: "clear", name }, result: "cleared" };
      case "catch": {
        const failure = this.#failure();
        const of = this.#pick([
          { op: "run", failure },
          { op: "awakeable", failure },
          { op: "all", of: [{ op: "never" }, { op: "run", failure }] },
          { op: "race", of: [{ op: "run", failure }, { op: "never" }] },
        ]);
        return { operation: { op: "catch", of }, result: [failure.code, failure.message] };
      }
      default:
        return this.#combinable({ topic, place, depth });
    }
  }

  /** An operation whose promise can be combined. */
  #combinable({ topic, place, depth }) {
    const simple = ["run", "run", "run", "sleep", "awakeable", "signal", "timeout"];
    const nesting = depth > 0 ? ["call", "callObject", "all", "race", "any", "allSettled"] : [];
    const op = this.#pick([...simple, ...nesting]);
    const value = this.#value();
    const child = (index) => this.#combinable({ topic, place: `${place}.${index}`, depth: depth - 1 });
    switch (op) {
      case "run":
        return { operation: { op, value, failures: this.#pick([0, 0, 0, 1]) }, result: value };
      case "awakeable":
      case "signal":
        return { operation: { op, value }, result: value };
      case "sleep":
        return { operation: { op, ms: this.#below(30) }, result: "slept" };
      case "timeout":
        return { operation: { op, ms: this.#below(30) }, result: 408 };
      case "call": {
        const { program, results } = this.make({ topic: `${topic}${place}`, depth: depth - 1 });
        return { operation: { op, program }, result: results };
      }
      case "callObject": {
        const { program, results } = this.make({ topic: `${topic}${place}`, depth: depth - 1, state: {} });
        return { operation: { op, key: place, program }, result: results };
      }
      case "all": {
        const children = [child(0), child(1), child(2)];
        return {
          operation: { op, of: children.map(({ operation }) => operation) },
          result: children.map(({ result }) => result),
        };
      }
      case "race": {
        const { operation, result } = child(1);
        return {
          operation: { op, of: [{ op: "never" }, operation, { op: "sleep", ms: 3_600_000 }] },
          result,
        };
      }
      case "any": {
        const { operation, result } = child(1);
        return {
          operation: { op, of: [{ op: "run", failure: this.#failure() }, operation, { op: "never" }] },
          result,
        };
      }
      default: {
        const failure = this.#failure();
        const { operation, result } = child(0);
        return {
          operation: { op, of: [operation, { op: "run", failure }] },
          result: [
            ["fulfilled", result],
            ["rejected", failure.code, failure.message],
          ],
        };
      }
    }
  }
}

/** Every one-way message has arrived; once, unless an attempt of its handler was cut off. */
export async function checkSends(world, { sends }, { isCutOff = false } = {}) {
  for (const topic of sends) {
    const notes = await world.endpoint.noted(topic);
    if (!isCutOff) assert.equal(notes.length, 1, `${topic} arrives once`);
  }
}

/** All attempts saw the same at these places. */
export function checkSame(world, topics) {
  for (const topic of topics) {
    const [first, ...others] = world.endpoint.notes(topic);
    for (const other of others) assert.deepEqual(other, first, topic);
  }
}

const SEED = Number(process.env.PAWL_SEED ?? 1);
const COUNT = Number(process.env.PAWL_PROGRAMS ?? 8);

export const programs = Array.from({ length: COUNT }, (_, i) => SEED + i).map((seed) => ({
  name: `a program made up at random returns what it must (PAWL_SEED=${seed})`,
  run: async (world) => {
    const topic = world.unique();
    const maker = new ProgramMaker(seed);
    const { program, results } = maker.make({ topic });
    assert.deepEqual(
      await world.service("Interpreter").go({ topic, program }),
      results,
      JSON.stringify(program),
    );
    await checkSends(world, maker);
    checkSame(world, [...maker.clocks, ...maker.randoms]);
  },
}));
