/**
 * A daily report: cron, without a cron.
 *
 * It shows a virtual object that sends to itself, later: each run asks for the next one and then does its work. The server
 * keeps the delayed message, whatever is restarted in between. A generation number makes messages of an old schedule
 * harmless when the schedule is changed or stopped. The time of the next run follows from the time of this one, so that
 * days do not drift, and the reports of days on which nothing ran are sent late, one after the other.
 *
 *   npm run example daily-report
 *
 *   curl localhost:8080/DailyReport/team-a/start --json '{"to": "pete@example.com", "hour": 7}'
 *   curl localhost:8080/DailyReport/team-a/start --json '{"to": "pete@example.com", "hour": 8, "since": "2026-01-01"}'    # all of the year
 *   curl localhost:8080/DailyReport/team-a/status
 *   curl -X POST localhost:8080/DailyReport/team-a/stop
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { mail } from "../outside/ask.js";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** The hour of the day, in UTC. The reports of all days since `since` are sent; without it, from the next one on. */
const Schedule = z.object({
  to: z.email(),
  hour: z.number().int().min(0).max(23),
  since: z.iso.date().optional(),
});
type Schedule = z.infer<typeof Schedule>;
type State = { schedule: Schedule; generation: number; nextAt: number; sent: number };
type Run = { generation: number; at: number };

const { exclusive, shared } = pawl.handlers.object;

export const dailyReport = pawl.object({
  name: "DailyReport",
  handlers: {
    start: exclusive(
      { input: pawl.serde.schema(Schedule) },
      async (ctx: pawl.ObjectContext<State>, schedule) => {
        const generation = await nextGeneration(ctx);
        ctx.set("schedule", schedule);
        const now = await ctx.date.now();
        return plan(ctx, { generation, at: firstTime(schedule, now) }, now);
      },
    ),

    stop: exclusive(async (ctx: pawl.ObjectContext<State>) => {
      await nextGeneration(ctx);
      ctx.clear("nextAt");
    }),

    run: exclusive(
      { ingressPrivate: true },
      async (ctx: pawl.ObjectContext<State>, { generation, at }: Run) => {
        const schedule = await ctx.get("schedule");
        if (schedule === null || generation !== (await ctx.get("generation"))) return;
        plan(ctx, { generation, at: at + DAY_MS }, await ctx.date.now());

        const day = new Date(at).toISOString().slice(0, 10);
        const letter = { to: schedule.to, subject: `Report of ${ctx.key} for ${day}`, text: "All is well." };
        await ctx.run("send the report", () => mail.send(letter, `${ctx.key}/${generation}/${day}`));
        ctx.set("sent", ((await ctx.get("sent")) ?? 0) + 1);
      },
    ),

    status: shared(async (ctx: pawl.ObjectSharedContext<State>) => {
      const nextAt = await ctx.get("nextAt");
      return {
        next: nextAt === null ? null : new Date(nextAt).toISOString(),
        sent: (await ctx.get("sent")) ?? 0,
      };
    }),
  },
});

async function nextGeneration(ctx: pawl.ObjectContext<State>): Promise<number> {
  const generation = ((await ctx.get("generation")) ?? 0) + 1;
  ctx.set("generation", generation);
  return generation;
}

function plan(ctx: pawl.ObjectContext<State>, run: Run, now: number): string {
  ctx.set("nextAt", run.at);
  ctx
    .objectSendClient(dailyReport, ctx.key)
    .run(run, pawl.rpc.sendOpts({ delay: Math.max(0, run.at - now) }));
  return new Date(run.at).toISOString();
}

/** In Unix milliseconds. */
function firstTime({ hour, since }: Schedule, now: number): number {
  if (since !== undefined) return Date.parse(since) + hour * HOUR_MS;
  const today = Math.floor(now / DAY_MS) * DAY_MS + hour * HOUR_MS;
  return today > now ? today : today + DAY_MS;
}
