/** @pawl/sdk/core: what contracts between services and their callers are made of. No endpoint, no run time. */
export type { StandardJSONSchemaV1, StandardSchemaV1, StandardTypedV1 } from "@standard-schema/spec";
export type {
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
} from "./context/restate-context.js";
export {
  type Descriptor,
  type DescriptorOpts,
  type HandlerDescriptor,
  type ImplementedDefinition,
  type ImplementedObjectDefinition,
  type ImplementedServiceDefinition,
  type ImplementedWorkflowDefinition,
  makeHandlerDescriptor,
  type ObjectDescriptor,
  type SerdeType,
  type ServiceDescriptor,
  type WorkflowDescriptor,
} from "./definitions/descriptor.js";
export { iface, type ServiceInterface } from "./definitions/iface.js";
export type {
  ArgType,
  HandlerReturnType,
  InferInput,
  InferOutput,
  ObjectHandler,
  ObjectSharedHandler,
  Service,
  ServiceDefinition,
  ServiceDefinitionFrom,
  ServiceHandler,
  VirtualObject,
  VirtualObjectDefinition,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinition,
  WorkflowDefinitionFrom,
  WorkflowHandler,
  WorkflowSharedHandler,
} from "./definitions/types.js";
export { type Duration, durationToMillis, toMillis as millisOrDurationToMillis } from "./duration.js";
export type { JournalValueCodec } from "./journal-codec.js";
export { type Serde, serde } from "./serde.js";
