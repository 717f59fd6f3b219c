/** How the decoders treat what is unusual, foreign or broken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unhex } from "../hex.test.helper.js";
import { Combinator, ErrorBehavior } from "../messages.js";
import * as codec from "./index.js";

test("values are views into the payload", () => {
  const payload = codec.Input.encode({ headers: [], value: Uint8Array.of(1, 2, 3) });
  assert.equal(codec.Input.decode(payload).value.buffer, payload.buffer);
});

test("values of a Buffer are plain Uint8Arrays, still views", () => {
  const payload = Buffer.from(codec.Input.encode({ headers: [], value: Uint8Array.of(1, 2, 3) }));
  const { value } = codec.Input.decode(payload);
  assert.equal(value.constructor, Uint8Array);
  assert.equal(value.buffer, payload.buffer);
});

test("unknown fields of every wire type are skipped", () => {
  // field 100 as varint, as 8 bytes, as length, as 4 bytes; then result_completion_id = 1
  const payload = unhex(
    "a006 ffffffffffffffffff01  a106 0102030405060708  a206 03 aabbcc  a506 01020304  58 01",
  );
  assert.deepEqual(codec.Run.decode(payload), { resultCompletionId: 1 });
});

test("unknown fields of nested messages are skipped", () => {
  // Output { value { content "5", field 7 varint } }, Void { field 1 varint }
  assert.deepEqual(codec.Output.decode(unhex("72 05 0a0135 3801")), {
    result: { kind: "value", value: Uint8Array.of(0x35) },
  });
  assert.deepEqual(codec.Notification.decode(unhex("0801 22 02 0801")).result, { kind: "void" });
});

test("a known field with a foreign wire type is an unknown field", () => {
  // result_completion_id as 4 bytes, then name
  assert.deepEqual(codec.Run.decode(unhex("5d 01000000 62 0161")), { resultCompletionId: 0, name: "a" });
});

test("groups are refused", () => {
  assert.throws(() => codec.Run.decode(unhex("0b 0c")), {
    code: "malformed",
    message: /Run, field 1, .*wire type 3/,
  });
  assert.throws(() => codec.Run.decode(unhex("0c")), { code: "malformed" });
});

test("field number 0 and wire types 6 and 7 are refused", () => {
  for (const payload of ["00 01", "0e", "0f", "02 00"]) {
    assert.throws(() => codec.Run.decode(unhex(payload)), { code: "malformed" }, payload);
  }
});

test("of several arms of a oneof the last one wins", () => {
  // value "1", failure 500
  assert.deepEqual(codec.Output.decode(unhex("72030a0131 7a0308f403")).result, {
    kind: "failure",
    failure: { code: 500, message: "" },
  });
  assert.deepEqual(codec.Output.decode(unhex("7a0308f403 72030a0131")).result, {
    kind: "value",
    value: Uint8Array.of(0x31),
  });
});

test("repeated numbers may come packed, unpacked and mixed", () => {
  assert.deepEqual(codec.Suspension.decode(unhex("08 01 0a 03 02 ac02 08 05")).completions, [1, 2, 300, 5]);
  assert.deepEqual(codec.Future.decode(unhex("10 11 12 01 12")).signals, [17, 18]);
});

test("a varint may be longer than needed, up to 10 bytes", () => {
  assert.deepEqual(codec.Run.decode(unhex("58 81808080808080808000")), { resultCompletionId: 1 });
  assert.throws(() => codec.Run.decode(unhex("58 8180808080808080808000")), { code: "malformed" });
  assert.throws(() => codec.Run.decode(unhex("58 80808080808080808002")), { code: "malformed" });
});

test("a 32-bit number above 2^32 - 1 is refused", () => {
  assert.deepEqual(codec.Run.decode(unhex("58 ffffffff0f")), { resultCompletionId: 0xffff_ffff });
  assert.throws(() => codec.Run.decode(unhex("58 8080808010")), {
    code: "malformed",
    message: "Run, field 11, offset 6: a 32-bit number above 2^32 - 1",
  });
});

test("a 64-bit number above 2^53 - 1 is refused, except for the seed", () => {
  assert.equal(codec.Sleep.decode(unhex("08 ffffffffffffff0f")).wakeUpTime, Number.MAX_SAFE_INTEGER);
  assert.throws(() => codec.Sleep.decode(unhex("08 8080808080808010")), { code: "malformed" });
  assert.equal(codec.Start.decode(unhex("48 ffffffffffffffffff01")).randomSeed, 0xffff_ffff_ffff_ffffn);
});

test("a bool is any varint but 0", () => {
  assert.equal(codec.Start.decode(unhex("28 80808080808080808001")).partialState, true);
  assert.equal(codec.Start.decode(unhex("28 00")).partialState, false);
});

test("invalid UTF-8 is refused, short or long", () => {
  for (const text of ["01 ff", "02 c3 28", "03 ed a0 80", `14 ${"61".repeat(19)} c3`]) {
    assert.throws(
      () => codec.Run.decode(unhex(`62 ${text}`)),
      { code: "malformed", message: /invalid UTF-8/ },
      text,
    );
  }
});

test("U+FFFD and a leading U+FEFF are characters like any others", () => {
  for (const name of ["\ufffd", "\ufeffx", `\ufeff${"long enough for the fast way"}`, "😀", "a\u0000b"]) {
    assert.equal(codec.Run.decode(codec.Run.encode({ resultCompletionId: 1, name })).name, name);
  }
});

test("a lone surrogate is written as U+FFFD", () => {
  assert.equal(codec.Run.decode(codec.Run.encode({ resultCompletionId: 1, name: "\ud800" })).name, "\ufffd");
});

test("a length beyond the message's end is truncation, and nothing is allocated for it", () => {
  assert.throws(() => codec.Run.decode(unhex("62 05 61")), { code: "truncated", message: /Run, field 12/ });
  assert.throws(() => codec.Input.decode(unhex("72 ffffffff0f")), { code: "truncated" });
  // The inner length fits the payload, but not the nested message: Output { value (2 bytes) { content (2 bytes) } }
  assert.throws(() => codec.Output.decode(unhex("72 02 0a 02 35 35")), { code: "truncated" });
});

test("a payload that ends within a varint or a tag is truncated", () => {
  assert.throws(() => codec.Run.decode(unhex("58")), { code: "truncated" });
  assert.throws(() => codec.Run.decode(unhex("58 80")), { code: "truncated" });
  assert.throws(() => codec.Run.decode(unhex("d8")), { code: "truncated" });
  assert.throws(() => codec.Run.decode(unhex("59 010203")), { code: "truncated" });
});

test("what a message cannot do without is missed by name", () => {
  const cases: [{ decode(payload: Uint8Array): unknown }, RegExp][] = [
    [codec.Output, /^Output: no result$/],
    [codec.ProposeRunCompletion, /^ProposeRunCompletion: no result$/],
    [codec.GetEagerState, /^GetEagerState: no result$/],
    [codec.CompletePromise, /^CompletePromise: no completion$/],
    [codec.CompleteAwakeable, /^CompleteAwakeable: no result$/],
    [codec.SendSignal, /^SendSignal: no signal_id$/],
    [codec.AttachInvocation, /^AttachInvocation: no target$/],
    [codec.GetInvocationOutput, /^GetInvocationOutput: no target$/],
    [codec.AwaitingOn, /^AwaitingOn: no awaiting_on$/],
    [codec.Notification, /^Notification: no id$/],
  ];
  for (const [of, message] of cases)
    assert.throws(() => of.decode(unhex("")), { code: "malformed", message });
  assert.throws(() => codec.Notification.decode(unhex("0801")), { message: "Notification: no result" });
});

test("an absent value is an empty one where a message always has a value", () => {
  assert.deepEqual(codec.Input.decode(unhex("")), { headers: [], value: new Uint8Array(0) });
  assert.deepEqual(codec.SetState.decode(unhex("0a0163")), { key: "c", value: new Uint8Array(0) });
});

test("numbers of enums from a future protocol mean what is safe", () => {
  assert.equal(codec.Error.decode(unhex("48 07")).behavior, ErrorBehavior.Retry);
  assert.equal(codec.Error.decode(unhex("48 ffffffffffffffffff01")).behavior, ErrorBehavior.Retry);
  assert.equal(codec.Future.decode(unhex("28 63")).combinator, Combinator.Unknown);
});

test("too many repeated elements are refused", () => {
  const million = new Uint8Array(2 * 1_048_577 + 5);
  million.set(unhex("0a 818040"));
  // A packed list of 2^20 + 1 zeros
  assert.throws(() => codec.Suspension.decode(million.subarray(0, 4 + 1_048_577)), { code: "too-large" });
  // 2^20 + 1 empty headers
  const headers = new Uint8Array(2 * 1_048_577);
  for (let i = 0; i < headers.length; i += 2) headers[i] = 0x0a;
  assert.throws(() => codec.Input.decode(headers), {
    code: "too-large",
    message: /more than 1048576 elements/,
  });
});
