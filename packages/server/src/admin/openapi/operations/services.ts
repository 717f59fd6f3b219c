import { z } from "zod";
import { handlerMetadataSchema, serviceMetadataSchema } from "../../service-shapes.js";
import { modifyHandlerRequest, modifyRequest } from "../../services.js";
import { modifyStateRequest } from "../../state.js";
import { binary, components, openApiDocument } from "../components.js";
import type { ApiGroup } from "../operation.js";

const services = z
  .object({ services: z.array(serviceMetadataSchema) })
  .register(components, { id: "ListServicesResponse" });
const handlers = z
  .object({ handlers: z.array(handlerMetadataSchema) })
  .register(components, { id: "ListServiceHandlersResponse" });

const CONVERSION =
  "The newest deployment of the service converts. Which serdes it has for that, its metadata says: dev.restate.serde.preview.{serde}.";

export const serviceOperations: ApiGroup = {
  tag: "services",
  description: "Services and their handlers, as the newest deployment of each has them",
  paths: {
    "/services": {
      get: {
        operationId: "list_services",
        summary: "All services",
        answers: {
          200: {
            description: "With their handlers",
            content: services,
          },
        },
      },
    },
    "/services/{service}": {
      get: {
        operationId: "get_service",
        summary: "A service",
        answers: { 200: { description: "With its handlers", content: serviceMetadataSchema } },
        errors: [404],
      },
      patch: {
        operationId: "modify_service",
        summary: "Change options of a service",
        description: "They win over what deployments say, now and later. A null changes nothing.",
        body: modifyRequest,
        answers: { 200: { description: "As it is now", content: serviceMetadataSchema } },
        errors: [404],
      },
    },
    "/services/{service}/openapi": {
      get: {
        operationId: "get_service_openapi",
        summary: "How a service is called, in OpenAPI",
        answers: {
          200: {
            description: "OpenAPI 3.1 of the paths of the ingress that reach it",
            content: openApiDocument,
          },
        },
        errors: [404],
      },
    },
    "/services/{service}/descriptors": {
      get: {
        operationId: "get_service_descriptors",
        summary: "The protobuf descriptors of a service",
        answers: {
          200: { description: "A FileDescriptorSet", content: { "application/x-protobuf": binary } },
        },
        errors: [404],
      },
    },
    "/services/{service}/handlers": {
      get: {
        operationId: "list_service_handlers",
        summary: "The handlers of a service",
        answers: {
          200: {
            description: "All of them",
            content: handlers,
          },
        },
        errors: [404],
      },
    },
    "/services/{service}/handlers/{handler}": {
      get: {
        operationId: "get_service_handler",
        summary: "A handler",
        answers: { 200: { description: "What is known of it", content: handlerMetadataSchema } },
        errors: [404],
      },
      patch: {
        operationId: "modify_service_handler",
        summary: "Change the retries of a handler",
        description: "They win over what deployments say, now and later. A null changes nothing.",
        body: modifyHandlerRequest,
        answers: { 200: { description: "As it is now", content: handlerMetadataSchema } },
        errors: [404],
      },
    },
    "/internal/services/{service}/serdes/decode/{serde}": {
      post: {
        operationId: "decode_payload",
        summary: "What the bytes of a payload say, as JSON",
        description: CONVERSION,
        rawBody: { "application/octet-stream": binary },
        answers: { 200: { description: "What they say", content: z.unknown() } },
        errors: [404, 413, 501],
      },
    },
    "/internal/services/{service}/serdes/encode/{serde}": {
      post: {
        operationId: "encode_payload",
        summary: "The bytes of a payload, of JSON",
        description: CONVERSION,
        rawBody: { "application/json": z.unknown() },
        answers: { 200: { description: "The bytes", content: { "application/octet-stream": binary } } },
        errors: [404, 413, 501],
      },
    },
    "/services/{service}/state": {
      post: {
        operationId: "modify_service_state",
        summary: "Replace the state of a key",
        body: modifyStateRequest,
        answers: { 202: { description: "It is durable, and waits for its turn on the key" } },
        errors: [404, 501],
      },
    },
  },
};
