import { CALLS, SPREAD_KEYS, STEPS, type Workload } from "../workloads.js";
import { type Caller, type Calls, expectBody } from "./caller.js";
import { CounterTally } from "./counter-tally.js";
import { post } from "./request.js";

/** @param runId letters and digits; other than that of all other runs against the same server */
export function createCalls(workload: Workload, runId: string): Calls {
  switch (workload) {
    case "noop":
      return { caller: (connection) => echo("/Bench/noop", connection, () => "") };
    case "idempotent":
      return {
        caller: (connection) =>
          echo("/Bench/noop", connection, (n) => `idempotency-key: ${runId}-${connection}-${n}\r\n`),
      };
    case "sleep":
      return { caller: (connection) => echo("/Bench/sleep", connection, () => "") };
    case "steps10":
      // The input plus the number of the step, summed over the steps.
      return { caller: () => number("/Bench/steps10", (input) => STEPS * input + (STEPS * (STEPS - 1)) / 2) };
    case "calls5":
      return { caller: () => number("/Bench/calls5", (input) => CALLS * input + (CALLS * (CALLS - 1)) / 2) };
    case "object":
      return counters("Counter", "add", runId, SPREAD_KEYS);
    case "object-hot":
      return counters("Counter", "add", runId, 1);
    case "state":
      return counters("Entries", "touch", runId, SPREAD_KEYS);
    case "send":
      return sends(runId);
  }
}

/** A body that comes back as it was. */
function echo(path: string, connection: number, headers: (n: number) => string): Caller {
  let n = 0;
  let body = "";
  return {
    next: () => {
      n++;
      body = `"hello ${n} on ${connection}"`;
      return post(path, body, headers(n));
    },
    check: (status, answer) => expectBody(status, answer, body),
  };
}

/** A number for a number. */
function number(path: string, expected: (input: number) => number): Caller {
  let input = 0;
  return {
    next: () => post(path, String(++input)),
    check: (status, answer) => expectBody(status, answer, String(expected(input))),
  };
}

/** Increments of counters, each key by all connections. */
function counters(service: string, handler: string, runId: string, keys: number): Calls {
  const tally = new CounterTally(keys);
  // One walk through the keys for all connections: two of them meet on a key only where there are fewer keys than connections.
  let n = 0;
  return {
    caller: () => {
      let key = 0;
      return {
        next: () => {
          key = n++ % keys;
          return post(`/${service}/${runId}-${key}/${handler}`, "1");
        },
        check: (status, answer) => {
          const text = answer.toString("latin1");
          if (status !== 200) return `status ${status}: ${text.slice(0, 300)}`;
          return tally.record(key, Number(text));
        },
      };
    },
    verify: () => tally.verify(),
  };
}

const ACCEPTED = 202;

function sends(runId: string): Calls {
  const body = JSON.stringify(runId);
  const request = post("/Bench/receive/send", body);
  let accepted = 0;
  return {
    caller: () => ({
      next: () => request,
      check: (status, answer) => {
        const text = answer.toString("latin1");
        const isAccepted =
          status === ACCEPTED &&
          text.includes('"invocationId":"inv_') &&
          text.includes('"status":"Accepted"');
        if (!isAccepted) return `status ${status}: ${text.slice(0, 300)}`;
        accepted++;
        return undefined;
      },
    }),
    drain: {
      request: post("/Bench/received", body),
      isDone: (status, answer) => status === 200 && Number(answer.toString()) >= accepted,
    },
  };
}
