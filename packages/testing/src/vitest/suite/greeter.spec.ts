/** A suite as users of vitest write it, by the names of the official testcontainers package. Run by vitest.test.ts. */
import * as clients from "@pawl/client";
import * as restate from "@pawl/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RestateTestEnvironment } from "../../index.js";

const counter = restate.object({
  name: "Counter",
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const total = ((await ctx.get<number>("total")) ?? 0) + amount;
      ctx.set("total", total);
      return total;
    },
  },
});

describe("counter", () => {
  let environment: RestateTestEnvironment;

  beforeAll(async () => {
    environment = await RestateTestEnvironment.start({
      services: [counter],
      storage: "memory",
      alwaysReplay: true,
      disableRetries: true,
      logger: () => {},
    });
  });

  afterAll(async () => {
    await environment.stop();
  });

  it("adds", async () => {
    const ingress = clients.connect({ url: environment.baseUrl() });
    expect(await ingress.objectClient(counter, "k").add(2)).toBe(2);
    expect(await ingress.objectClient(counter, "k").add(3)).toBe(5);
    expect(await environment.stateOf(counter, "k").get("total")).toBe(5);
    expect(environment.adminAPIBaseUrl()).toMatch(/^http:/);
  });

  it("fails where it should", async () => {
    const fails = TEST_FAILS;
    expect(fails).toBe(false);
  });
});

/** The runner's word that it does run the suite: with this the suite fails. */
const TEST_FAILS = process.env.TEST_FAILS === "1";
