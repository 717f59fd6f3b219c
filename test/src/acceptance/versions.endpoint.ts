/** Serves one revision of acceptance.Versioned on PORT: VERSION is what it answers with, METHODS are those that it has. */
import { create, createFileRegistry, setExtension } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import * as restate from "@pawl/sdk/proto";
import { file_dev_restate_ext, ServiceType, service_type } from "../generated/es/dev/restate/ext_pb.js";
import { note, passed } from "./services/notes.js";

const { VERSION = "", METHODS = "" } = process.env;

const options = create(ServiceOptionsSchema);
setExtension(options, service_type, ServiceType.UNKEYED);

const file = create(FileDescriptorProtoSchema, {
  name: "acceptance/versioned.proto",
  package: "acceptance",
  syntax: "proto3",
  dependency: ["dev/restate/ext.proto"],
  messageType: [
    {
      name: "Text",
      field: [
        {
          name: "text",
          jsonName: "text",
          number: 1,
          label: FieldDescriptorProto_Label.OPTIONAL,
          type: FieldDescriptorProto_Type.STRING,
        },
      ],
    },
  ],
  service: [
    {
      name: "Versioned",
      options,
      method: METHODS.split(",").map((name) => ({
        name,
        inputType: ".acceptance.Text",
        outputType: ".acceptance.Text",
      })),
    },
  ],
});
const ext = file_dev_restate_ext;
const files = [...ext.dependencies.map(({ proto }) => proto), ext.proto, file];
const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: files }));

const implementation = {
  async version() {
    return { text: VERSION };
  },
  async describe() {
    return { text: METHODS };
  },
  async hold({ text }: { text: string }, ctx: restate.RestateContext) {
    await ctx.sideEffect(async () => note(text, VERSION));
    await ctx.sleep(1);
    await ctx.sideEffect(() => passed(text));
    return { text: VERSION };
  },
};

await restate
  .createServer()
  .bindService(registry.getService("acceptance.Versioned")!, implementation as never)
  .listen();
