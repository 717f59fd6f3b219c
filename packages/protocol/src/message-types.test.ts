import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isCommand,
  isControl,
  isKnownType,
  isNotification,
  messageName,
  notificationTypeOf,
  notificationTypesOf,
} from "./message-types.js";
import { MessageType } from "./messages.js";

test("known types have names, unknown ones print as hex", () => {
  assert.equal(messageName(0x0411), "Run");
  assert.equal(messageName(0x800c), "SleepCompletion");
  assert.equal(messageName(0xfbff), "Signal");
  assert.equal(messageName(0x040f), "0x040f");
  assert.equal(messageName(0x12), "0x0012");
  assert.ok(isKnownType(0x0411));
  assert.ok(!isKnownType(0x040f));
});

test("every type is exactly one of control, command and notification", () => {
  for (const [name, type] of Object.entries(MessageType)) {
    assert.equal([isControl(type), isCommand(type), isNotification(type)].filter(Boolean).length, 1, name);
  }
  assert.deepEqual(
    [isControl(0x03ff), isControl(0x0400), isCommand(0x0400), isCommand(0x7fff)],
    [true, false, true, true],
  );
  assert.deepEqual([isCommand(0x8000), isNotification(0x8000), isNotification(0xfc00)], [false, true, false]);
});

test("a completion's type is 0x8000 and the low bits of its command", () => {
  for (const type of Object.values(MessageType)) {
    for (const completion of notificationTypesOf(type)) {
      const low = completion === MessageType.CallInvocationIdCompletion ? 0x0e : type & 0xff;
      assert.equal(completion, 0x8000 + low);
    }
  }
});

test("a call is answered by its id and its result, a one-way call by its id, a state write by nothing", () => {
  assert.deepEqual(notificationTypesOf(MessageType.Call), [0x800e, 0x800d]);
  assert.equal(notificationTypeOf(MessageType.Call), MessageType.CallCompletion);
  assert.equal(notificationTypeOf(MessageType.OneWayCall), MessageType.CallInvocationIdCompletion);
  assert.equal(notificationTypeOf(MessageType.SetState), undefined);
});
