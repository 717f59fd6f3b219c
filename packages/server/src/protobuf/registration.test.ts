import assert from "node:assert/strict";
import { test } from "node:test";
import { clearExtension, clone, create, setExtension } from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FieldDescriptorProto_Label as Label,
  MethodDescriptorProtoSchema,
  ServiceOptionsSchema,
  FieldDescriptorProto_Type as Type,
  UninterpretedOption_NamePartSchema,
  UninterpretedOptionSchema,
} from "@bufbuild/protobuf/wkt";
import { RegistryError } from "../registry/errors.js";
import type { ServiceSchema } from "../registry/schema.js";
import { FieldType, ServiceType } from "./annotations.js";
import { parseContract } from "./contract.js";
import { DESCRIPTORS_METADATA } from "./descriptor-set.js";
import { fixtureSchema } from "./fixtures.test.kit.js";
import { field as fieldExtension, service_type as serviceType } from "./gen/dev/restate/ext_pb.js";
import { checkContracts } from "./registration.js";
import { type Rewrite, rewritten } from "./rewrite.test.kit.js";

const [GREETER, COUNTER, CLOCK] = [
  "org.example.Greeter",
  "org.example.Counter",
  "org.example.Clock",
] as const;

function register(after: ServiceSchema, before: ServiceSchema | undefined, acceptsBreaking = false): void {
  const registry = { service: () => (before === undefined ? undefined : ({ schema: before } as never)) };
  checkContracts(registry, [after], acceptsBreaking);
}

function refusal(run: () => void): RegistryError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof RegistryError, String(error));
    return error;
  }
  return assert.fail("it was not refused");
}

function options(type: ServiceType) {
  const options = create(ServiceOptionsSchema);
  setExtension(options, serviceType, type);
  return options;
}

function mark(fixture: Rewrite, message: string, name: string, type: FieldType): void {
  const field = fixture.field(message, name);
  field.options = create(FieldOptionsSchema);
  setExtension(field.options, fieldExtension, type);
}

test("good contracts pass", () => {
  for (const name of [GREETER, COUNTER, CLOCK]) {
    register(fixtureSchema(name), undefined);
    register(fixtureSchema(name), fixtureSchema(name));
  }
});

test("options by name, of descriptors without a compiler, count as well", () => {
  const base64 = rewritten((fixture) => {
    const name = (namePart: string) => [
      create(UninterpretedOption_NamePartSchema, { namePart, isExtension: true }),
    ];
    fixture.service("Counter").options = create(ServiceOptionsSchema, {
      uninterpretedOption: [
        create(UninterpretedOptionSchema, {
          name: name("dev.restate.ext.service_type"),
          identifierValue: "KEYED",
        }),
      ],
    });
    fixture.field("AddRequest", "counter").options = create(FieldOptionsSchema, {
      uninterpretedOption: [
        create(UninterpretedOptionSchema, { name: name("dev.restate.ext.field"), identifierValue: "KEY" }),
      ],
    });
  });
  register(fixtureSchema(COUNTER, base64), fixtureSchema(COUNTER));
});

type BadCase = readonly [
  what: string,
  name: string,
  change: (fixture: Rewrite) => void,
  code: string,
  message: RegExp,
];
const bad: readonly BadCase[] = [
  [
    "a service without a type",
    GREETER,
    (f) => {
      const { options } = f.service("Greeter");
      assert.ok(options);
      clearExtension(options, serviceType);
    },
    "META0001",
    /does not say how it is keyed/,
  ],
  [
    "a keyed service without methods",
    COUNTER,
    (f) => {
      f.service("Counter").method = [];
    },
    "META0001",
    /has no methods/,
  ],
  [
    "a method that streams",
    GREETER,
    (f) => {
      const [method] = f.service("Greeter").method;
      assert.ok(method);
      method.serverStreaming = true;
    },
    "META0001",
    /Greeter\/Greet streams/,
  ],
  [
    "a request without a key",
    COUNTER,
    (f) => {
      f.field("AddRequest", "counter").options = create(FieldOptionsSchema);
    },
    "META0002",
    /org.example.AddRequest.*has no key/,
  ],
  [
    "two keys",
    COUNTER,
    (f) => mark(f, "AddRequest", "value", FieldType.KEY),
    "META0007",
    /KEY on two fields, counter and value/,
  ],
  [
    "a repeated key",
    COUNTER,
    (f) => {
      f.field("AddRequest", "counter").label = Label.REPEATED;
    },
    "META0002",
    /it is a repeated string/,
  ],
  [
    "a floating key",
    COUNTER,
    (f) => {
      f.field("AddRequest", "counter").type = Type.DOUBLE;
    },
    "META0002",
    /it is a double/,
  ],
  [
    "keys of two types",
    COUNTER,
    (f) => {
      const other = clone(FieldDescriptorProtoSchema, f.field("AddRequest", "counter"));
      other.type = Type.INT64;
      f.message("GreetResponse").field = [other];
      const [add] = f.service("Counter").method;
      assert.ok(add);
      const second = clone(MethodDescriptorProtoSchema, add);
      Object.assign(second, { name: "Other", inputType: ".org.example.GreetResponse" });
      f.service("Counter").method.push(second);
    },
    "META0002",
    /string in Add, int64 in Other/,
  ],
  [
    "an event's payload that is a number",
    GREETER,
    (f) => mark(f, "Kinds", "big", FieldType.EVENT_PAYLOAD),
    "META0008",
    /EVENT_PAYLOAD and is a int64/,
  ],
  [
    "an event's metadata of another type",
    GREETER,
    (f) => mark(f, "Kinds", "flags", FieldType.EVENT_METADATA),
    "META0008",
    /map<string, string>/,
  ],
];
for (const [what, name, change, code, message] of bad) {
  test(`${what} is refused with ${code}, forced or not`, () => {
    for (const isForced of [false, true]) {
      const error = refusal(() => register(fixtureSchema(name, rewritten(change)), undefined, isForced));
      assert.equal(error.code, code);
      assert.equal(error.status, 400);
      assert.match(error.message, message);
    }
  });
}

test("a manifest that says otherwise than the descriptors is refused", () => {
  const schema = fixtureSchema(COUNTER);
  const unkeyed = refusal(() => register({ ...schema, type: "Service" }, undefined));
  assert.match(unkeyed.message, /is KEYED, so that the manifest must call it a VirtualObject/);
  const more = refusal(() => register({ ...schema, handlers: [] }, undefined));
  assert.match(more.message, /Counter\/Add is a method of the service, but not in the manifest/);
});

for (const [what, base64, message] of [
  ["no base64", "%%%", /no base64/],
  ["no descriptors", Buffer.from("nonsense").toString("base64"), /no base64 of a FileDescriptorSet/],
  [
    "another service's descriptors",
    rewritten((f) => {
      f.service("Greeter").name = "Other";
    }),
    /no service org.example.Greeter/,
  ],
  [
    "a missing import",
    rewritten(({ set }) => {
      set.file = set.file.filter(({ name }) => !name.startsWith("dev/"));
    }),
    /imports dev\/restate\/ext.proto, which is not among them/,
  ],
] as const) {
  test(`${what} is refused with META0001`, () => {
    const schema = { ...fixtureSchema(GREETER), metadata: { [DESCRIPTORS_METADATA]: base64 } };
    const error = refusal(() => register(schema, undefined));
    assert.equal(error.code, "META0001");
    assert.match(error.message, message);
  });
}

test("the server's own names are refused", () => {
  const error = refusal(() =>
    register({ ...fixtureSchema(GREETER), name: "grpc.health.v1.Health" }, undefined),
  );
  assert.equal(error.code, "META0005");
});

test("descriptors in any order, and without files that everybody has, are enough", () => {
  const base64 = rewritten(({ set }) => {
    set.file = set.file.filter(({ name }) => !name.startsWith("google/")).reverse();
  });
  assert.ok(parseContract(GREETER, base64).methods.has("Greet"));
});

type Change = readonly [change: (fixture: Rewrite) => void, difference: RegExp, service?: string];
const incompatible: readonly Change[] = [
  [
    (f) => {
      f.service("Greeter").method.shift();
    },
    /method Greet would be gone/,
  ],
  [
    (f) => {
      (f.service("Greeter").method[0] as { inputType: string }).inputType = ".org.example.AddRequest";
    },
    /the request of Greet was org.example.GreetRequest and would be org.example.AddRequest/,
  ],
  [
    (f) => {
      (f.service("Greeter").method[0] as { outputType: string }).outputType = ".google.protobuf.Empty";
    },
    /the response of Greet was org.example.GreetResponse and would be google.protobuf.Empty/,
  ],
  [
    (f) => {
      f.field("GreetRequest", "name").number = 7;
    },
    /GreetRequest.name was number 1 and would be number 7/,
  ],
  [
    (f) => {
      f.field("GreetRequest", "name").type = Type.BYTES;
    },
    /GreetRequest.name was a string and would be a bytes/,
  ],
  [
    (f) => {
      f.field("GreetRequest", "name").label = Label.REPEATED;
    },
    /GreetRequest.name was a string and would be a repeated string/,
  ],
  [
    (f) => {
      Object.assign(f.field("GreetRequest", "name"), { name: "who", jsonName: "who" });
    },
    /GreetRequest.name \(number 1\) would be called who/,
  ],
  [
    (f) => {
      f.message("GreetResponse").field = [];
    },
    /GreetResponse.greeting would be gone/,
  ],
  [
    (f) => {
      const [enumeration] = f.file.enumType;
      enumeration?.value.pop();
    },
    /org.example.Colour.RED would be gone/,
  ],
  [
    (f) => {
      const value = f.file.enumType[0]?.value[1];
      assert.ok(value);
      value.name = "ROT";
    },
    /Colour.RED \(number 1\) would be called ROT/,
  ],
  [
    (f) => {
      f.service("Counter").options = options(ServiceType.SINGLETON);
    },
    /was KEYED and would be SINGLETON.*the key of Add was field 1, string counter and would be singleton/,
    COUNTER,
  ],
  [
    (f) => {
      f.field("AddRequest", "counter").options = create(FieldOptionsSchema);
      mark(f, "AddRequest", "value", FieldType.KEY);
    },
    /the key of Add was field 1, string counter and would be field 2, int64 value/,
    COUNTER,
  ],
];
for (const [change, difference, name = GREETER] of incompatible) {
  test(`refused unless it is meant: ${difference.source}`, () => {
    const after = fixtureSchema(name, rewritten(change));
    const error = refusal(() => register(after, fixtureSchema(name)));
    assert.equal(error.code, "META0006");
    assert.equal(error.status, 409);
    assert.match(error.message, difference);
    register(after, fixtureSchema(name), true);
  });
}

test("every difference is named", () => {
  const base64 = rewritten((fixture) => {
    fixture.service("Greeter").method.pop();
    fixture.field("GreetRequest", "name").type = Type.BYTES;
    fixture.field("Kinds", "real").type = Type.FLOAT;
  });
  const { message } = refusal(() => register(fixtureSchema(GREETER, base64), fixtureSchema(GREETER)));
  assert.match(message, /method Look would be gone/);
  assert.match(message, /GreetRequest.name was a string/);
  assert.match(message, /Kinds.real was a double and would be a float/);
});

test("what old callers do not notice is allowed: more methods, more fields, fields that are reserved", () => {
  const base64 = rewritten((fixture) => {
    const [greet] = fixture.service("Greeter").method;
    assert.ok(greet);
    fixture.service("Greeter").method.push({ ...greet, name: "GreetAgain" });
    const name = fixture.field("GreetRequest", "name");
    fixture.message("GreetRequest").field.push({ ...name, name: "title", jsonName: "title", number: 2 });
    const kinds = fixture.message("Kinds");
    kinds.field = kinds.field.filter((field) => field.name !== "data");
    kinds.reservedName = ["data"];
    kinds.reservedRange = [
      { $typeName: "google.protobuf.DescriptorProto.ReservedRange", start: 3, end: 4 },
    ] as never;
  });
  register(fixtureSchema(GREETER, base64), fixtureSchema(GREETER));
});

test("descriptors cannot come or go unless it is meant", () => {
  const plain: ServiceSchema = { ...fixtureSchema(GREETER), metadata: {} };
  assert.match(refusal(() => register(plain, fixtureSchema(GREETER))).message, /would have none/);
  assert.match(refusal(() => register(fixtureSchema(GREETER), plain)).message, /would have some/);
  register(plain, fixtureSchema(GREETER), true);
  register(plain, plain);
});
