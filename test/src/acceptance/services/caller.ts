import * as restate from "@pawl/sdk/proto";
import {
  AccountClientImpl,
  type Caller,
  type Done,
  Entry,
  Job,
  WorkerClientImpl,
} from "../../generated/ts-proto/acceptance/services.js";

const TIMES = 3;

/** Calls others with the clients that ts-proto generated. */
export class CallerService implements Caller {
  async wait(job: Job): Promise<Done> {
    const restateContext = restate.useContext(this);
    const client = new WorkerClientImpl(restateContext);
    return await client.step(Job.create(job));
  }

  async oneWay(job: Job): Promise<Done> {
    const restateContext = restate.useContext(this);
    const client = new WorkerClientImpl(restateContext);
    await restateContext.oneWayCall(() => client.step(Job.create(job)));
    return { text: "sent" };
  }

  async inBackground(job: Job): Promise<Done> {
    const restateContext = restate.useContext(this);
    const client = new WorkerClientImpl(restateContext);
    await restateContext.inBackground(() => client.step(Job.create(job)));
    return { text: "sent" };
  }

  async delayed(job: Job): Promise<Done> {
    const restateContext = restate.useContext(this);
    const client = new WorkerClientImpl(restateContext);
    await restateContext.delayedCall(() => client.echo(Job.create(job)), job.millis);
    return { text: "sent" };
  }

  async inOrder({ name }: Job): Promise<Done> {
    const restateContext = restate.useContext(this);
    const client = new AccountClientImpl(restateContext);
    for (let text = 1; text <= TIMES; text++) {
      await restateContext.oneWayCall(() =>
        client.count(Entry.create({ account: name, name, text: `${text}` })),
      );
    }
    return { text: "sent" };
  }

  async forbidden({ text }: Job): Promise<Done> {
    const ctx = restate.useContext(this);
    const operations: Record<string, () => Promise<unknown>> = {
      sleep: () => ctx.sleep(1),
      "side effect": () => ctx.sideEffect(async () => 1),
      awakeable: async () => ctx.awakeable(),
      nothing: async () => 1,
    };
    await ctx.oneWayCall(async () => await operations[text]?.());
    return { text: "sent" };
  }
}
