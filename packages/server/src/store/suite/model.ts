import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../memory/memory-store.js";
import type { Store } from "../store.js";
import { type OpenEmpty, withStore } from "./harness.js";
import { Random } from "./random.js";
import { ids, keys, LATEST, partitions, RandomBatches } from "./random-batches.js";

const SEEDS = [1, 2, 3, 4];
const BATCHES = 250;
const BATCHES_BETWEEN_LOOKS = 25;
const NO_LIMIT = 1_000_000;

export function modelTests(open: OpenEmpty): void {
  for (const seed of SEEDS) {
    test(`the store holds what the store in memory holds (seed ${seed})`, () =>
      withStore(open, async (tested) => {
        const random = new Random(seed);
        const batches = new RandomBatches(random);
        const model = new MemoryStore();
        for (let n = 1; n <= BATCHES; n++) {
          const next = batches.next();
          void model.commit(next);
          const committed = tested.store.commit(next);
          if (n % BATCHES_BETWEEN_LOOKS !== 0) continue;
          await committed;
          assert.deepEqual(
            await everything(tested.store, batches.nextNum),
            await everything(model, batches.nextNum),
            `after batch ${n}`,
          );
          if (random.chance(30)) await tested.reopen();
        }
      }));
  }
}

/** All that a store answers. */
async function everything(store: Store, nextNum: number) {
  const nums = Array.from({ length: nextNum }, (_, num) => num);
  const loaded = await store.load({
    invocations: ids,
    invocationNums: nums,
    journals: nums,
    keys,
  });
  const perPartition = partitions.map(async (partition) => ({
    timers: await store.timers(partition, LATEST, NO_LIMIT),
    someTimers: await store.timers(partition, LATEST / 2, 3, {
      partition,
      at: LATEST / 4,
      num: 2,
      completionId: 1,
    }),
    expired: await store.expired(partition, LATEST, NO_LIMIT),
    someExpired: await store.expired(partition, LATEST / 2, 3),
  }));
  const journalEvents = await Promise.all(nums.map((num) => store.journalEvents(num)));
  return {
    loaded,
    journalEvents,
    recovered: await store.recover(),
    perPartition: await Promise.all(perPartition),
  };
}
