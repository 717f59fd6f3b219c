import { randomUUID } from "node:crypto";
import * as restate from "@pawl/sdk/proto";
import type { Done, Job, Refusal, Worker } from "../../generated/ts-proto/acceptance/services.js";
import { note, passed } from "./notes.js";

export class WorkerService implements Worker {
  private readonly attempts = new Map<string, number>();

  async echo({ name, text }: Job): Promise<Done> {
    note(name, text);
    return { text };
  }

  async step({ name, text }: Job): Promise<Done> {
    await restate.useContext(this).sideEffect(async () => {
      note(name, "began");
      await passed(name);
      note(name, "ended");
    });
    return { text };
  }

  async steps({ name }: Job): Promise<Done> {
    const ctx = restate.useContext(this);
    const text = await ctx.sideEffect(async () => {
      const value = randomUUID();
      note(name, value);
      return value;
    });
    await ctx.sideEffect(async () => {
      note(`${name}, second step`, "began");
      await passed(name);
    });
    return { text };
  }

  async sleep({ name, millis, text }: Job): Promise<Done> {
    const ctx = restate.useContext(this);
    await ctx.sideEffect(async () => note(name, "began"));
    await ctx.sleep(millis);
    note(`${name}, woken`, text);
    return { text };
  }

  async await({ name }: Job): Promise<Done> {
    const ctx = restate.useContext(this);
    const { id, promise } = ctx.awakeable<unknown>();
    note(name, id);
    try {
      return { text: JSON.stringify(await promise) };
    } catch (error) {
      if (!(error instanceof restate.TerminalError)) throw error;
      return { text: `rejected: ${error.message}` };
    }
  }

  async stumble({ name, repeats }: Job): Promise<Done> {
    const attempt = (this.attempts.get(name) ?? 0) + 1;
    this.attempts.set(name, attempt);
    note(name, `attempt ${attempt}`);
    if (attempt <= repeats) throw new Error("not yet");
    return { text: `attempt ${attempt}` };
  }

  async refuse({ name, code, reason }: Refusal): Promise<Done> {
    note(name, "refused");
    throw new restate.TerminalError(reason, { errorCode: code });
  }

  async giveUp({ name, repeats }: Job): Promise<Done> {
    await restate.useContext(this).sideEffect(
      async () => {
        note(name, "tried");
        throw new RangeError("no such amount");
      },
      { name: "charge", maxRetries: repeats, initialDelayMs: 1 },
    );
    return { text: "" };
  }

  async change({ name }: Job): Promise<Done> {
    const ctx = restate.useContext(this);
    if (process.env.CODE === "changed") await ctx.sleep(1);
    else await ctx.sideEffect(async () => note(name, "done"));
    await ctx.awakeable().promise;
    return { text: "" };
  }
}
