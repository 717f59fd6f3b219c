import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { durationToMillis, toMillis } from "./duration.js";

describe("durations", () => {
  it("are whole milliseconds, or fields that add up", () => {
    assert.equal(toMillis(1.4), 1);
    assert.equal(toMillis({ hours: 1, minutes: 30 }), 5_400_000);
    assert.equal(durationToMillis({ days: 365_000 }), 365_000 * 86_400_000);
  });

  it("are nothing else: what is no duration does not become none", () => {
    for (const wrong of ["5s", "5", null, undefined, Number.NaN, { seconds: "5s" }, { hours: Number.NaN }]) {
      assert.throws(() => toMillis(wrong as never, "A delay"), {
        name: "TypeError",
        message:
          /^A delay is a number of milliseconds, or has fields like \{ hours: 1, minutes: 30 \}\. It is not /,
      });
    }
    assert.throws(() => toMillis("5s" as never), { message: /not "5s"\.$/ });
  });

  it("last a thousand years at most", () => {
    for (const wrong of [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, { days: 365_001 }]) {
      assert.throws(() => toMillis(wrong), { name: "TypeError", message: /may have 31536000000000 ms, not/ });
    }
  });
});
