import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { idempotentInvocationUuid, workflowInvocationUuid } from "./derived-ids.js";
import { hex, unhex } from "./hex.test.helper.js";
import {
  formatAwakeableId,
  formatDeploymentId,
  formatInvocationId,
  formatResourceId,
  makeInvocationId,
  newUlid,
  parseAwakeableId,
  parseDeploymentId,
  parseInvocationId,
  parseResourceId,
} from "./ids.js";
import { randomFrom } from "./random.test.helper.js";

const badId = { name: "ProtocolError", code: "bad-id" };
const { ids: official } = JSON.parse(
  readFileSync(new URL("../fixtures/official-facts.json", import.meta.url), "utf8"),
) as { ids: Record<string, string> };

/** Base62 as BigInt would do it: slow and plain. */
function plainDigits(bytes: Uint8Array, width: number): string {
  const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  let value = BigInt(`0x${hex(bytes.slice().reverse())}`);
  let digits = "";
  for (let i = 0; i < width; i++) {
    digits = alphabet[Number(value % 62n)] + digits;
    value /= 62n;
  }
  assert.equal(value, 0n);
  return digits;
}

test("the partition key of an invocation id prints byte-swapped, as the official server does it", () => {
  const partitionKey = new Uint8Array(8);
  new DataView(partitionKey.buffer).setBigUint64(0, 6_091_931_909_762_340_275n);
  assert.equal(
    formatInvocationId(makeInvocationId(partitionKey, new Uint8Array(16))).slice(0, 16),
    "inv_1foAirY4KKzi",
  );
});

test("ids print like plain base62, and parse back", () => {
  const random = randomFrom(7);
  const edges = [
    new Uint8Array(24),
    new Uint8Array(24).fill(255),
    Uint8Array.from({ length: 24 }, (_, i) => (i % 8 === 7 ? 128 : 0)),
  ];
  for (let i = 0; i < 500; i++) {
    const id = edges[i] ?? random.bytes(24);
    const text = formatInvocationId(id);
    assert.equal(text, `inv_1${plainDigits(id.subarray(0, 8), 11)}${plainDigits(id.subarray(8), 22)}`);
    assert.deepEqual(parseInvocationId(text), id);
  }
});

test("small numbers are padded with zeros", () => {
  assert.equal(formatInvocationId(new Uint8Array(24)), `inv_1${"0".repeat(33)}`);
  const one = new Uint8Array(24);
  one[0] = 61;
  one[8] = 62;
  assert.equal(formatInvocationId(one), `inv_1${"0".repeat(10)}Z${"0".repeat(20)}10`);
});

test("texts that are no invocation ids are refused", () => {
  const good = formatInvocationId(Uint8Array.from({ length: 24 }, (_, i) => i));
  const bad = [
    "",
    "inv_1",
    good.slice(0, -1),
    `${good}0`,
    good.replace("inv_1", "inv_2"),
    good.replace("inv_1", "dp_1x"),
    `${good.slice(0, -1)}-`,
    `${good.slice(0, -1)}ü`,
    `${good.slice(0, -1)} `,
    // One above the largest u64 (byte-swapped ff..ff is lYGhA16ahyf) and u128 (7n42DGM5Tflk9n8mt7Fhc7)
    `inv_1lYGhA16ahyg${"0".repeat(22)}`,
    `inv_1${"Z".repeat(33)}`,
    `inv_1${"0".repeat(11)}7N42dgm5tFLK9N8MT7fHC8`,
    `inv_1${"x".repeat(1000)}`,
  ];
  for (const text of bad) assert.throws(() => parseInvocationId(text), badId, text);
  assert.throws(() => formatInvocationId(new Uint8Array(23)), badId);
});

test("the largest numbers of their width parse", () => {
  const text = formatInvocationId(new Uint8Array(24).fill(255));
  assert.equal(text, "inv_1lYGhA16ahyf7N42dgm5tFLK9N8MT7fHC7");
  assert.deepEqual(parseInvocationId(text), new Uint8Array(24).fill(255));
});

test("an error shows the text, cut when it is long", () => {
  assert.throws(() => parseInvocationId("nonsense"), {
    message: /^"nonsense": an invocation id starts with "inv_1"$/,
  });
  assert.throws(
    () => parseInvocationId("y".repeat(10_000)),
    (error: Error) => error.message.length < 200,
  );
});

test("deployment ids are 16 bytes", () => {
  const id = parseDeploymentId(official.deployment!);
  assert.equal(id.length, 16);
  assert.equal(formatDeploymentId(id), official.deployment);
  assert.throws(() => parseDeploymentId(`dp_1${"0".repeat(11)}`), badId);
  assert.throws(() => parseDeploymentId(`inv_1${"0".repeat(22)}`), badId);
  assert.throws(() => formatDeploymentId(new Uint8Array(8)), badId);
});

test("the time in the official deployment id is where a ULID has it", () => {
  const id = parseDeploymentId(official.deployment!);
  const ms = Number(BigInt(`0x${hex(id.subarray(0, 6))}`));
  assert.equal(new Date(ms).getUTCFullYear(), 2026);
});

test("other resources have 8, 16 or 24 bytes", () => {
  for (const length of [8, 16, 24]) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
    assert.deepEqual(parseResourceId("sub", formatResourceId("sub", bytes)), bytes);
  }
  assert.throws(() => formatResourceId("sub", new Uint8Array(4)), badId);
  assert.throws(() => parseResourceId("sub", "sub_1abc"), badId);
  assert.throws(() => parseResourceId("sub", `snap_1${"0".repeat(22)}`), badId);
});

test("a ULID is the time and the randomness", () => {
  const random = Uint8Array.from({ length: 10 }, (_, i) => i);
  assert.equal(hex(newUlid(0x0123_4567_89ab, random)), "0123456789ab00010203040506070809");
  assert.equal(hex(newUlid(0, random)).slice(0, 12), "000000000000");
  assert.equal(hex(newUlid(2 ** 48 - 1, random)).slice(0, 12), "ffffffffffff");
  for (const time of [-1, 2 ** 48, 1.5, Number.NaN]) {
    assert.throws(() => newUlid(time, random), { code: "out-of-range" });
  }
  assert.throws(() => newUlid(1, random.subarray(1)), badId);
});

test("an awakeable id of the official SDK holds its invocation and index", () => {
  // From fixtures/official-v5.json: the first and the second awakeable of one invocation.
  const first = parseAwakeableId("sign_1lMwqFE5fMQmEeYmfe0IsukNtwyHfREyUAAAAEQ");
  const second = parseAwakeableId("sign_1lMwqFE5fMQmEeYmfe0IsukNtwyHfREyUAAAAEg");
  assert.equal(hex(first.invocationId), "94cc2a144e5f31098479899f7b422cba436dc321df444c94");
  assert.deepEqual([first.signalIndex, second.signalIndex, first.legacy], [17, 18, false]);
  assert.deepEqual(first.invocationId, second.invocationId);
});

test("awakeable ids print and parse, padded or not, legacy or not", () => {
  const random = randomFrom(9);
  for (const index of [0, 1, 17, 0x1234_5678, 0xffff_ffff]) {
    const id = random.bytes(24);
    const text = formatAwakeableId(id, index);
    const expected = { invocationId: id, signalIndex: index, legacy: false };
    assert.equal(text.length, 44);
    assert.equal(
      text,
      `sign_1${Buffer.concat([id, Buffer.from([index >>> 24, index >>> 16, index >>> 8, index])]).toString("base64url")}`,
    );
    assert.deepEqual(parseAwakeableId(text), expected);
    assert.deepEqual(parseAwakeableId(`${text}==`), expected);
    assert.deepEqual(parseAwakeableId(text.replace("sign_1", "prom_1")), { ...expected, legacy: true });
  }
});

test("texts that are no awakeable ids are refused", () => {
  const good = formatAwakeableId(new Uint8Array(24).fill(7), 17);
  const bad = [
    "",
    "sign_1",
    good.slice(0, -1),
    `${good}A`,
    `${good}=`,
    good.replace("sign", "sing"),
    `${good.slice(0, -1)}+`,
    `${good.slice(0, -1)}h`,
    `${good}AA`,
  ];
  for (const text of bad) assert.throws(() => parseAwakeableId(text), badId, text);
  assert.throws(() => formatAwakeableId(new Uint8Array(16), 1), badId);
  for (const index of [-1, 2 ** 32, 0.5]) {
    assert.throws(() => formatAwakeableId(new Uint8Array(24), index), { code: "out-of-range" });
  }
});

test("uuids of workflow runs and idempotent requests are those of the official server", () => {
  const uuidOf = (name: string): string => hex(parseInvocationId(official[name]!).subarray(8));
  assert.equal(hex(workflowInvocationUuid({ workflow: "Flow", key: "w1" })), uuidOf("workflow Flow/w1"));
  assert.equal(
    hex(workflowInvocationUuid({ workflow: "Flow", key: "w1", scope: "acme" })),
    uuidOf("workflow Flow/w1, scope acme"),
  );
  assert.equal(
    hex(idempotentInvocationUuid({ service: "Counter", key: "k", handler: "add", idempotencyKey: "i-1" })),
    uuidOf("Counter/k/add, idempotency key i-1"),
  );
  assert.equal(
    hex(idempotentInvocationUuid({ service: "Main", handler: "echo", idempotencyKey: "i-1" })),
    uuidOf("Main/echo, idempotency key i-1"),
  );
  assert.equal(
    hex(idempotentInvocationUuid({ service: "Main", handler: "echo", idempotencyKey: "i-1", scope: "acme" })),
    uuidOf("Main/echo, idempotency key i-1, scope acme"),
  );
});

test("an id is made of its parts, and only of parts of the right length", () => {
  const id = makeInvocationId(unhex("0001020304050607"), unhex("08090a0b0c0d0e0f1011121314151617"));
  assert.equal(hex(id), "000102030405060708090a0b0c0d0e0f1011121314151617");
  assert.throws(() => makeInvocationId(new Uint8Array(7), new Uint8Array(16)), badId);
  assert.throws(() => makeInvocationId(new Uint8Array(8), new Uint8Array(15)), badId);
});
