/** The services of fixtures/org/example/greeter.proto, as an endpoint would describe them. */
import { readFileSync } from "node:fs";
import { type DescMessage, type DescService, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { ServiceSchema } from "../registry/schema.js";
import { HandlerKind } from "../store/store.js";
import { ServiceType } from "./annotations.js";
import { type Contract, parseContract } from "./contract.js";
import { DESCRIPTORS_METADATA } from "./descriptor-set.js";

/**
 * Compiled from the .proto files by
 * `buf build --as-file-descriptor-set --exclude-source-info -o greeter.binpb` over ../proto/dev and ./org.
 */
const bytes = readFileSync(new URL("../../src/protobuf/fixtures/greeter.binpb", import.meta.url));

/** As it travels in a manifest. */
export const FIXTURE_BASE64 = bytes.toString("base64");

/** A copy, to be changed. */
export const fixtureSet = () => fromBinary(FileDescriptorSetSchema, bytes);

export const fixtureContract = (name: string): Contract => parseContract(name, FIXTURE_BASE64);

export const fixtureService = (name: string): DescService => fixtureContract(name).service;

export function fixtureMessage(name: string): DescMessage {
  const message = fixtureContract("org.example.Greeter").types.getMessage(name);
  if (message === undefined) throw new Error(`no message ${name}`);
  return message;
}

/** A proto service as the registry holds it. */
export function fixtureSchema(name: string, base64 = FIXTURE_BASE64): ServiceSchema {
  const contract = parseContract(name, base64);
  const isKeyed =
    contract.serviceType === ServiceType.KEYED || contract.serviceType === ServiceType.SINGLETON;
  const content = { contentType: "application/proto", jsonSchema: null };
  return {
    name,
    type: isKeyed ? "VirtualObject" : "Service",
    revision: 1,
    metadata: { [DESCRIPTORS_METADATA]: base64 },
    handlers: [...contract.methods.keys()].map((method) => ({
      name: method,
      kind: isKeyed ? HandlerKind.ObjectExclusive : HandlerKind.Service,
      input: { ...content, isRequired: true },
      output: { ...content, setContentTypeIfEmpty: true },
      metadata: {},
    })),
  };
}
