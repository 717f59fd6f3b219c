import { createRegistry, type DescMessage, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { parseBinary, parseJson, parseJsonText, writeBinary } from "../../../protobuf/mapping.js";
import type { RpcHost } from "../host.js";
import type { Answer, UnaryMethod, UnaryRequest, Work } from "../method.js";

/** None of the built-in messages holds an Any. */
export const NO_TYPES = createRegistry();

export interface BuiltinRequest<Input extends DescMessage> extends UnaryRequest {
  readonly message: MessageShape<Input>;
  /** The request as it was, when it was JSON. */
  readonly json: JsonValue | undefined;
}

/** A unary method of a built-in service. @param fromJson where JSON may say more than the message can hold */
export function builtinMethod<Input extends DescMessage, Output extends DescMessage>(
  { input, output }: { readonly input: Input; readonly output: Output },
  plan: (host: RpcHost, request: BuiltinRequest<Input>) => Work,
  fromJson: (json: JsonValue) => JsonValue = (json) => json,
): UnaryMethod {
  return {
    kind: "unary",
    input,
    output,
    types: NO_TYPES,
    isIdempotent: false,
    plan: (host, request) => plan(host, { ...request, ...parse(input, request, fromJson) }),
  };
}

function parse<Input extends DescMessage>(
  input: Input,
  { codec, data }: UnaryRequest,
  fromJson: (json: JsonValue) => JsonValue,
): { readonly message: MessageShape<Input>; readonly json: JsonValue | undefined } {
  if (codec === "binary") {
    return { message: parseBinary(input, data) as MessageShape<Input>, json: undefined };
  }
  const json = parseJsonText(data);
  return { message: parseJson(input, fromJson(json), NO_TYPES) as MessageShape<Input>, json };
}

export function answer<Output extends DescMessage>(
  output: Output,
  message: MessageShape<Output>,
  headers: Answer["headers"] = {},
): Answer {
  return { message: writeBinary(output, message), headers };
}
