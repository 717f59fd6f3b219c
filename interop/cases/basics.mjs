import assert from "node:assert/strict";
import { failureOf } from "../harness/world.mjs";

export const basics = [
  {
    name: "a call answers with what the handler returns",
    run: async (world) => {
      assert.deepEqual(await world.service("Echo").echo({ a: [1, "zwei", null] }), { a: [1, "zwei", null] });
    },
  },
  {
    name: "a terminal failure reaches the caller with its code",
    run: async (world) => {
      const failure = await failureOf(world.service("Failing").terminal({ message: "no way", errorCode: 418 }));
      assert.deepEqual([failure.status, failure.code, failure.message], [418, 418, "no way"]);
      assert.equal(failure.source, "invocation");
    },
  },
];
