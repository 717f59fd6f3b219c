/**
 * What every entry of @pawl/sdk offers: to write durable services, virtual objects and workflows. The entries (node.ts, fetch.ts,
 * lambda.ts) add the ways to serve them. Nothing of Node is imported from here.
 */

export type { StandardJSONSchemaV1, StandardSchemaV1, StandardTypedV1 } from "@standard-schema/spec";
export {
  type Client,
  type ClientCallOptions,
  type ClientFromDescriptors,
  type ClientSendOptions,
  type GenericCall,
  type GenericSend,
  type InferArg,
  Opts,
  rpc,
  type SendClient,
  type SendClientFromDescriptors,
  SendOpts,
} from "./context/calls.js";
export type {
  Context,
  ContextDate,
  InvocationReference,
  KeyValueStore,
  ObjectContext,
  ObjectSharedContext,
  Rand,
  RunAction,
  RunOptions,
  ScopedContext,
  SignalReference,
  StateReader,
  TypedState,
  UntypedState,
  WorkflowContext,
  WorkflowSharedContext,
} from "./context/context.js";
export {
  type DurablePromise,
  type InvocationHandle,
  type InvocationId,
  InvocationIdParser,
  type InvocationPromise,
} from "./context/promise.js";
export type { Request, Target } from "./context/request.js";
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
export {
  createObjectHandler,
  createObjectSharedHandler,
  createServiceHandler,
  createWorkflowHandler,
  createWorkflowSharedHandler,
  handlers,
  type RemoveVoidArgument,
} from "./definitions/handlers.js";
export { iface, type ServiceInterface } from "./definitions/iface.js";
export {
  type FnOf,
  implement,
  type ObjectImplHandlers,
  type ObjectPerHandlerOpts,
  type ServiceImplHandlers,
  type ServicePerHandlerOpts,
  type WorkflowImplHandlers,
  type WorkflowPerHandlerOpts,
} from "./definitions/implement.js";
export type {
  ObjectHandlerOpts,
  ObjectOptions,
  RetryPolicy,
  ServiceHandlerOpts,
  ServiceOptions,
  WorkflowHandlerOpts,
  WorkflowOptions,
} from "./definitions/options.js";
export {
  type ObjectOpts,
  object,
  type ServiceOpts,
  service,
  type WorkflowOpts,
  workflow,
} from "./definitions/service.js";
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
export type { RestateEndpointBase } from "./endpoint/builder.js";
export type { AnyDefinition, DefaultServiceOptions, EndpointOptions } from "./endpoint/endpoint.js";
export {
  CancelledError,
  PauseError,
  RestateError,
  RetryableError,
  type RetryableErrorOptions,
  TerminalError,
  TimeoutError,
} from "./errors.js";
export { ErrorCodes, grpcCodeOf } from "./grpc-status.js";
// What goes on around handlers
export type { Hooks, HooksProvider, Interceptor } from "./hooks/hooks.js";
export * as internal from "./internal.js";
export type { JournalValueCodec } from "./journal-codec.js";
export {
  LoggerContext,
  type LoggerTransport,
  type LogMetadata,
  LogSource,
  RestateLogLevel,
} from "./logging/logger.js";
export { CombineablePromise, isRestatePromise, RestatePromise } from "./runtime/restate-promise.js";
export { type Serde, type SerdePreview, serde } from "./serde.js";
