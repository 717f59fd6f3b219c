/** Contracts that differ from the fixture in one thing. */
import { create, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  type ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { fixtureSet } from "./fixtures.test.kit.js";

export class Rewrite {
  readonly set: FileDescriptorSet = create(FileDescriptorSetSchema, fixtureSet());

  get file(): FileDescriptorProto {
    return found(this.set.file.find(({ name }) => name === "org/example/greeter.proto"));
  }

  service(name: string): ServiceDescriptorProto {
    return found(this.file.service.find((one) => one.name === name));
  }

  message(name: string): DescriptorProto {
    return found(this.file.messageType.find((one) => one.name === name));
  }

  field(message: string, name: string): FieldDescriptorProto {
    return found(this.message(message).field.find((one) => one.name === name));
  }

  base64(): string {
    return base64Encode(toBinary(FileDescriptorSetSchema, this.set));
  }
}

/** The fixture, changed, as it travels in a manifest. */
export function rewritten(change: (rewrite: Rewrite) => void): string {
  const rewrite = new Rewrite();
  change(rewrite);
  return rewrite.base64();
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the fixture has no such thing");
  return value;
}
