/**
 * A program that is killed again and again: `node kill.test.child.js <data directory> <log of steps> <works> <chance>`.
 * It asks for all its works, under one idempotency key each, and prints their results as JSON when it has them all. With
 * the given chance it kills itself at a step: before the step's effect, or right after it.
 */
import { appendFileSync } from "node:fs";
import * as pawl from "./index.js";

const STEPS = 5;
const [path = "", log = "", works = "0", chance = "0"] = process.argv.slice(2);

function maybeDie(): void {
  if (Math.random() < Number(chance)) process.kill(process.pid, "SIGKILL");
}

const steps = pawl.service({
  name: "Steps",
  handlers: {
    one: async (_ctx: pawl.Context, value: string) => value,
    run: async (ctx: pawl.Context, name: string) => {
      const seen: string[] = [];
      for (let step = 0; step < STEPS; step++) {
        const value = await ctx.run(`step ${step}`, () => {
          maybeDie();
          const value = Math.random().toString(36).slice(2);
          appendFileSync(log, `${JSON.stringify({ name, step, value, seen })}\n`);
          maybeDie();
          return value;
        });
        // What lies between steps is replayed, too.
        seen.push(await ctx.serviceClient(steps).one(value));
        await ctx.sleep(1);
      }
      return seen;
    },
  },
});

const app = await pawl.open({
  path,
  services: [steps],
  logger: () => {},
  settings: { "log-level": "error", "worker.num-partitions": "2" },
});
const names = Array.from({ length: Number(works) }, (_, i) => `work ${i}`);
const results = await Promise.all(
  names.map((name) => app.serviceClient(steps).run(name, pawl.rpc.opts({ idempotencyKey: name }))),
);
await app.close();
process.stdout.write(JSON.stringify(Object.fromEntries(names.map((name, i) => [name, results[i]]))));
