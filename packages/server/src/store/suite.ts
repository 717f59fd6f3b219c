import { describe } from "node:test";
import { commitTests } from "./suite/commits.js";
import type { OpenEmpty } from "./suite/harness.js";
import { invocationTests } from "./suite/invocations.js";
import { journalTests } from "./suite/journals.js";
import { keyedRowTests } from "./suite/keyed-rows.js";
import { modelTests } from "./suite/model.js";
import { recoveryTests } from "./suite/recovery.js";
import { timerTests } from "./suite/timers.js";
import { valueTests } from "./suite/values.js";

export type { StoreUnderTest } from "./suite/harness.js";

/** What every store must pass. `open` gives a new store without rows each time. */
export function storeSuite(name: string, open: OpenEmpty): void {
  describe(name, () => {
    describe("invocations", () => invocationTests(open));
    describe("journals", () => journalTests(open));
    describe("state and promises", () => keyedRowTests(open));
    describe("timers", () => timerTests(open));
    describe("recovery", () => recoveryTests(open));
    describe("values", () => valueTests(open));
    describe("commits", () => commitTests(open));
    describe("random batches", () => modelTests(open));
  });
}
