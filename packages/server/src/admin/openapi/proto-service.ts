import type { Contract, ContractMethod } from "../../protobuf/contract.js";
import type { ResolvedService } from "../../registry/schema.js";
import {
  type OperationObject,
  type ParameterObject,
  type PathItem,
  type ResponseObject,
  SCHEMAS_PATH,
  type SchemaObject,
} from "./document.js";
import { HEADERS, PARAMETERS, parameter, RESULT_HEADERS } from "./ingress-parts.js";
import { MessageSchemas } from "./message-schema.js";
import type { ServiceParts } from "./service-document.js";

const TAG = { name: "Methods", description: "Call a method with JSON, by the Connect protocol" };

/** Of an answer that is an error; no message can have this name, for names of messages have no dash. */
const ERROR_SCHEMA = "connect-error";

/** Source: https://connectrpc.com/docs/protocol#error-codes */
const CODES = [
  "canceled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
];

const connectError: SchemaObject = {
  title: "ConnectError",
  type: "object",
  properties: { code: { type: "string", enum: CODES }, message: { type: "string" } },
  required: ["code"],
};

const timeout: ParameterObject = {
  name: "connect-timeout-ms",
  in: "header",
  required: false,
  description: "How long the caller waits. The invocation goes on after that",
  schema: { type: "integer", minimum: 0 },
};

const error: ResponseObject = {
  description: "It failed: in the handler, or before it got there",
  content: { "application/json": { schema: { $ref: `${SCHEMAS_PATH}${ERROR_SCHEMA}` } } },
};

/** A service that is described by a .proto file: a path for each method, and everything else (the key, too) in the body. */
export function protoServiceParts(service: ResolvedService, contract: Contract): ServiceParts {
  const messages = new MessageSchemas();
  const methods = [...contract.methods.values()].filter(({ name }) => service.handlers.get(name)?.isPublic);
  const paths = methods.map((method): [string, PathItem] => [
    `/${contract.name}/${method.name}`,
    {
      ...(method.isIdempotent && { get: getOperation(method, messages) }),
      post: postOperation(method, messages),
    },
  ]);
  return {
    tags: [TAG],
    paths: Object.fromEntries(paths),
    components: {
      parameters: { idempotencyKeyHeader: PARAMETERS.idempotencyKeyHeader, timeout },
      headers: HEADERS,
      responses: { error },
      schemas: { ...messages.schemas, [ERROR_SCHEMA]: connectError },
    },
  };
}

function postOperation(method: ContractMethod, messages: MessageSchemas): OperationObject {
  const schema = messages.reference(method.input);
  return {
    ...about(method),
    operationId: method.name,
    parameters: CALL_PARAMETERS,
    requestBody: { required: true, content: { "application/json": { schema } } },
    responses: responses(method, messages),
  };
}

/** Source: https://connectrpc.com/docs/protocol#unary-get-request */
function getOperation(method: ContractMethod, messages: MessageSchemas): OperationObject {
  const schema = messages.reference(method.input);
  return {
    ...about(method),
    // No method of a .proto file has a dot in its name.
    operationId: `${method.name}.get`,
    parameters: [
      { name: "encoding", in: "query", required: true, schema: { const: "json" } },
      { name: "message", in: "query", required: true, content: { "application/json": { schema } } },
      { name: "connect", in: "query", required: false, schema: { const: "v1" } },
      ...CALL_PARAMETERS,
    ],
    responses: responses(method, messages),
  };
}

const CALL_PARAMETERS = [parameter("idempotencyKeyHeader"), { $ref: "#/components/parameters/timeout" }];

function about({ name, key, desc }: ContractMethod) {
  return {
    summary: name,
    ...(key.kind === "field" && { description: `The key is the field \`${key.field.jsonName}\`.` }),
    tags: [TAG.name],
    ...(desc.deprecated && { deprecated: true as const }),
  };
}

function responses({ output }: ContractMethod, messages: MessageSchemas): OperationObject["responses"] {
  return {
    200: {
      description: "What the method returned",
      headers: RESULT_HEADERS,
      content: { "application/json": { schema: messages.reference(output) } },
    },
    default: { $ref: "#/components/responses/error" },
  };
}
