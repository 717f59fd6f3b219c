import type { HandlerSchema, ResolvedService } from "../../registry/schema.js";
import { HandlerKind } from "../../store/store.js";
import {
  type Content,
  type OperationObject,
  type PathItem,
  SCHEMAS_PATH,
  type SchemaObject,
} from "./document.js";
import { embedded } from "./embedded-schema.js";
import {
  HEADERS,
  PARAMETERS,
  type ParameterName,
  parameter,
  RESPONSES,
  RESULT_HEADERS,
  response,
  SCHEMAS,
} from "./ingress-parts.js";
import type { ServiceParts } from "./service-document.js";

const TAGS = {
  call: { name: "Request Response", description: "Call a handler and wait for its result" },
  send: { name: "Send", description: "Start a handler, and do not wait" },
  attach: { name: "Attach", description: "Wait for the result of an invocation that is there already" },
  output: { name: "Get Output", description: "The result of an invocation, if it has one yet" },
} as const;

type Purpose = keyof typeof TAGS;

/** A service that is called with JSON, or whatever its handlers take: everything is in the path and the body. */
export function jsonServiceParts(service: ResolvedService): ServiceParts {
  const { schema } = service;
  const handlers = schema.handlers.filter(({ name }) => service.handlers.get(name)?.isPublic);
  const ids = new OperationIds(handlers.map(({ name }) => name));
  const paths: [string, PathItem][] = [];
  for (const handler of handlers) {
    const describe = new HandlerDescription(schema.name, handler, ids);
    paths.push(...describe.invocations(), ...describe.results());
  }
  return {
    tags: Object.values(TAGS),
    paths: Object.fromEntries(paths),
    components: {
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: RESPONSES,
      schemas: { ...SCHEMAS, ...Object.fromEntries(handlers.flatMap(handlerSchemas)) },
    },
  };
}

/** Names for operations: a handler has its own, and what else is done with it one made from that. */
class OperationIds {
  readonly #taken: Set<string>;

  constructor(handlers: readonly string[]) {
    this.#taken = new Set(handlers);
  }

  make(handler: string, suffix: string): string {
    let id = `${handler}${suffix}`;
    while (this.#taken.has(id)) id += "_";
    this.#taken.add(id);
    return id;
  }
}

class HandlerDescription {
  readonly #key: readonly ParameterName[];
  readonly #idempotency: readonly ParameterName[];
  /** `Service/handler` or `Service/{key}/handler`. */
  readonly #target: string;

  constructor(
    readonly service: string,
    readonly handler: HandlerSchema,
    readonly ids: OperationIds,
  ) {
    const isKeyed = handler.kind !== HandlerKind.Service;
    this.#key = isKeyed ? ["key"] : [];
    // The run of a workflow happens once for each key, whatever callers send.
    this.#idempotency = handler.kind === HandlerKind.WorkflowRun ? [] : ["idempotencyKeyHeader"];
    this.#target = isKeyed ? `${service}/{key}/${handler.name}` : `${service}/${handler.name}`;
  }

  /** Each in the spelling of today, and in the short one. */
  invocations(): [string, PathItem][] {
    const { name } = this.handler;
    const call = (operationId: string): PathItem => ({ post: this.#call(operationId) });
    const send = (operationId: string): PathItem => ({ post: this.#send(operationId) });
    return [
      [`/restate/call/${this.#target}`, call(name)],
      [`/restate/send/${this.#target}`, send(this.ids.make(name, "Send"))],
      [`/${this.#target}`, call(this.ids.make(name, "Plain"))],
      [`/${this.#target}/send`, send(this.ids.make(name, "PlainSend"))],
    ];
  }

  /** What has a name that callers chose: workflows by their keys, others by an idempotency key. */
  results(): [string, PathItem][] {
    const isRun = this.handler.kind === HandlerKind.WorkflowRun;
    const path = isRun
      ? `/restate/workflow/${this.service}/{key}`
      : `/restate/invocation/${this.#target}/{idempotencyKey}`;
    const parameters = [...this.#key, ...(isRun ? [] : (["idempotencyKeyPath"] as const))];
    return [
      [`${path}/attach`, { get: this.#result("attach", "Attach", parameters) }],
      [`${path}/output`, { get: this.#result("output", "Output", parameters) }],
    ];
  }

  #call(operationId: string): OperationObject {
    return {
      ...this.#about("call", operationId, [...this.#key, ...this.#idempotency]),
      ...requestBody(this.handler),
      responses: { 200: this.#success(), default: response("GenericError") },
    };
  }

  #send(operationId: string): OperationObject {
    return {
      ...this.#about("send", operationId, [...this.#key, ...this.#idempotency, "delay"]),
      ...requestBody(this.handler),
      responses: { 202: response("Send"), default: response("GenericError") },
    };
  }

  #result(
    purpose: "attach" | "output",
    suffix: string,
    parameters: readonly ParameterName[],
  ): OperationObject {
    return {
      ...this.#about(purpose, this.ids.make(this.handler.name, suffix), parameters),
      responses: {
        200: this.#success(),
        404: response("InvocationNotFoundError"),
        ...(purpose === "output" && { 470: response("InvocationNotReadyError") }),
        default: response("GenericError"),
      },
    };
  }

  #about(purpose: Purpose, operationId: string, parameters: readonly ParameterName[]) {
    const { name, description } = TAGS[purpose];
    const { documentation } = this.handler;
    return {
      operationId,
      summary: `${this.handler.name}: ${description}`,
      ...(documentation !== undefined && { description: documentation }),
      tags: [name],
      ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    };
  }

  #success() {
    const { output, name } = this.handler;
    return {
      description: "What the handler returned",
      headers: RESULT_HEADERS,
      ...(output?.contentType != null && {
        content: contentOf(output.contentType, output.jsonSchema, responseSchemaName(name)),
      }),
    };
  }
}

/** A manifest that says nothing of the input lets anything pass. */
function requestBody({ input, name }: HandlerSchema): Pick<OperationObject, "requestBody"> {
  if (input === null) return { requestBody: { required: false, content: { "*/*": {} } } };
  const { contentType, isRequired, jsonSchema } = input;
  if (contentType === null) return {};
  const content = contentOf(contentType, jsonSchema, requestSchemaName(name));
  return { requestBody: { required: isRequired, content } };
}

function contentOf(contentType: string, jsonSchema: unknown, schemaName: string): Content {
  return { [contentType]: isSchema(jsonSchema) ? { schema: { $ref: `${SCHEMAS_PATH}${schemaName}` } } : {} };
}

function handlerSchemas({ name, input, output }: HandlerSchema): [string, SchemaObject][] {
  return [
    [requestSchemaName(name), input?.jsonSchema] as const,
    [responseSchemaName(name), output?.jsonSchema] as const,
  ].flatMap(([schemaName, schema]) =>
    isSchema(schema) ? [[schemaName, embedded(schema, `${SCHEMAS_PATH}${schemaName}`)]] : [],
  );
}

function isSchema(jsonSchema: unknown): boolean {
  return typeof jsonSchema === "boolean" || (typeof jsonSchema === "object" && jsonSchema !== null);
}

const requestSchemaName = (handler: string): string => `${handler}Request`;
const responseSchemaName = (handler: string): string => `${handler}Response`;
