import { z } from "zod";
import { API_VERSIONS } from "../api-version.js";
import { errorSchema } from "../errors.js";
import { SERVER_VERSION } from "../server-info.js";
import { componentSchemas, toSchemaObject } from "./components.js";
import type {
  Content,
  OpenApiDocument,
  OperationObject,
  ParameterObject,
  PathItem,
  Reference,
  ResponseObject,
  SchemaObject,
} from "./document.js";
import { type ApiAnswer, type ApiGroup, type ApiOperation, ERRORS, type ErrorStatus } from "./operation.js";
import { deploymentOperations } from "./operations/deployments.js";
import { invocationOperations } from "./operations/invocations.js";
import { queryOperations } from "./operations/query.js";
import { serverOperations } from "./operations/server.js";
import { serviceOperations } from "./operations/services.js";
import { security, securitySchemes } from "./security.js";

const GROUPS: readonly ApiGroup[] = [
  deploymentOperations,
  serviceOperations,
  invocationOperations,
  queryOperations,
  serverOperations,
];

/** Of any operation. */
const COMMON_ERRORS: readonly ErrorStatus[] = [401, 429, 500];
/** Of reading a JSON body. */
const BODY_ERRORS: readonly ErrorStatus[] = [400, 413, 415];

const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  deployment: "Id of a deployment: `dp_...`",
  service: "Name of a service",
  handler: "Name of a handler",
  serde: "Name of a serde with a preview: `greet/input`, with its slash as it is",
  invocation_id: "Id of an invocation: `inv_...`",
};

/** The admin API in its newest version. */
export function adminDocument(): OpenApiDocument {
  return {
    openapi: "3.1.0",
    info: {
      title: "Admin API of Pawl",
      version: SERVER_VERSION,
      description:
        "What is registered and what runs. Undefined fields are left away; durations are texts such as `30s`, `1h 30m` or `PT10S`. " +
        `The same paths but /metrics are there under ${API_VERSIONS.map((version) => `/v${version}`).join(", ")}.`,
    },
    tags: GROUPS.map(({ tag: name, description }) => ({ name, description })),
    paths: Object.fromEntries(GROUPS.flatMap(pathItems)),
    components: {
      schemas: componentSchemas(),
      responses: errorResponses(),
      securitySchemes,
    },
    security,
  };
}

function pathItems({ tag, paths }: ApiGroup): [string, PathItem][] {
  return Object.entries(paths).map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, operation]) => [
      method,
      toOperationObject(tag, path, operation),
    ]);
    return [path, Object.fromEntries(operations)];
  });
}

function toOperationObject(tag: string, path: string, operation: ApiOperation): OperationObject {
  const { operationId, summary, description, isDeprecated, query, body, rawBody } = operation;
  const parameters = [...pathParameters(path), ...(query === undefined ? [] : queryParameters(query))];
  return {
    operationId,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    ...(isDeprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: json(toSchemaObject(body)) } }),
    ...(rawBody !== undefined && { requestBody: { required: false, content: toContent(rawBody) } }),
    responses: responses(operation),
  };
}

function pathParameters(path: string): ParameterObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: PATH_PARAMETERS[name] ?? name,
    schema: { type: "string" },
  }));
}

function queryParameters(query: NonNullable<ApiOperation["query"]>): ParameterObject[] {
  return Object.entries(query.shape).map(([name, field]) => {
    const schema = toSchemaObject(field) as Exclude<SchemaObject, boolean>;
    const { description, ...rest } = schema;
    return {
      name,
      in: "query",
      required: false,
      ...(typeof description === "string" && { description }),
      schema: rest,
    };
  });
}

function responses({ query, body, answers, errors = [] }: ApiOperation): OperationObject["responses"] {
  const statuses = new Set<ErrorStatus>([
    ...errors,
    ...COMMON_ERRORS,
    ...(query === undefined ? [] : ([400] as const)),
    ...(body === undefined ? [] : BODY_ERRORS),
  ]);
  const refusals = [...statuses].map((status): readonly [string, Reference] => [
    String(status),
    { $ref: `#/components/responses/${ERRORS[status].name}` },
  ]);
  const successes = Object.entries(answers).map(([status, answer]) => [status, toResponse(answer)] as const);
  return Object.fromEntries([...refusals, ...successes]);
}

function toResponse({ description, content, headers }: ApiAnswer): ResponseObject {
  return {
    description,
    ...(headers !== undefined && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [
          name,
          { description: text, schema: { type: "string" } },
        ]),
      ),
    }),
    ...(content !== undefined && { content: toContent(content) }),
  };
}

function toContent(content: NonNullable<ApiAnswer["content"]>): Content {
  if (isSchema(content)) return json(toSchemaObject(content));
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [type, { schema: toSchemaObject(schema) }]),
  );
}

function isSchema(content: NonNullable<ApiAnswer["content"]>): content is z.ZodType {
  return content instanceof z.ZodType;
}

function errorResponses(): Record<string, ResponseObject> {
  const content = json(toSchemaObject(errorSchema));
  return Object.fromEntries(
    Object.values(ERRORS).map(({ name, description }) => [name, { description, content }]),
  );
}

function json(schema: SchemaObject): Content {
  return { "application/json": { schema } };
}
