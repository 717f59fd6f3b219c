import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DescService } from "@bufbuild/protobuf";
import { TerminalError } from "../../errors.js";
import * as keys from "../fixtures/es/test/keys_pb.js";
import * as services from "../fixtures/es/test/services_pb.js";
import { requestBytes } from "../proto.test.kit.js";
import { keyingOf } from "./keying.js";
import { keyOfCall, keyOfRequest, rememberService } from "./known-services.js";

describe("keying", () => {
  it("follows from the options of the service", () => {
    assert.equal(keyingOf(services.Greeter).kind, "unkeyed");
    assert.equal(keyingOf(services.Ledger).kind, "singleton");
    const counter = keyingOf(services.Counter);
    assert.ok(counter.kind === "keyed");
    assert.deepEqual(
      Array.from(counter.fields, ([method, field]) => [method, field.number]),
      [
        ["Add", 2],
        ["Reset", 1],
      ],
    );
    assert.equal(keyingOf(keys.WithMessageKey).kind, "keyed");
  });

  it("of an unkeyed service does not look at keys", () => {
    assert.equal(keyingOf(keys.KeyIgnored).kind, "unkeyed");
  });

  const wrong: readonly [DescService, RegExp][] = [
    [keys.WithoutType, /^\[META0001\] .*WithoutType has no type.*service_type\) = UNKEYED;/],
    [keys.WithoutMethods, /^\[META0001\] .*has no method/],
    [keys.WithoutKey, /^\[META0002\] .*NoKey has no key.*= KEY\]/],
    [keys.WithTwoKeys, /^\[META0007\] .*TwoKeys has two fields marked KEY: a and b/],
    [keys.WithFloatKey, /^\[META0002\] .*FloatKey.key cannot be a key/],
    [keys.WithRepeatedKey, /^\[META0002\] .*RepeatedKey.key cannot be a key/],
    [keys.WithMapKey, /^\[META0002\] .*MapKey.key cannot be a key/],
    [keys.WithOtherKeys, /^\[META0002\] .*is a string in .*TextKey.key and a int32 in .*Int32Key.key/],
    [keys.WithBadPayload, /^\[META0008\] .*BadPayload.payload is marked EVENT_PAYLOAD/],
    [keys.WithBadMetadata, /^\[META0008\] .*BadMetadata.metadata is marked EVENT_METADATA/],
  ];
  for (const [service, message] of wrong) {
    it(`of ${service.name} is refused`, () => {
      assert.throws(() => keyingOf(service), { name: "ProtoServiceError", message });
    });
  }
});

describe("the key of a call", () => {
  it("is known for services that the process knows", () => {
    rememberService("test.services.Counter", keyingOf(services.Counter));
    rememberService("test.services.Ledger", keyingOf(services.Ledger));
    assert.equal(keyOfCall("test.services.Counter", "Reset", requestBytes("c1")), "c1");
    assert.equal(keyOfCall("test.services.Ledger", "Append", requestBytes("c1")), "singleton");
    assert.equal(keyOfCall("test.services.Nobody", "Go", requestBytes("c1")), undefined);
  });

  it("is refused with codes of gRPC", () => {
    const keying = keyingOf(services.Counter);
    const isError = (code: number) => (error: unknown) =>
      error instanceof TerminalError && error.code === code;
    assert.throws(() => keyOfRequest(keying, "C/None", "None", requestBytes("x")), isError(12));
    assert.throws(() => keyOfRequest(keying, "C/Add", "Add", Uint8Array.of(0x12, 9)), isError(3));
  });
});
