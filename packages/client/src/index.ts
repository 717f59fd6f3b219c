/** @pawl/client: call services from outside, through the ingress. Runs wherever there is `fetch`. */

export {
  type Duration,
  type JournalValueCodec,
  type Serde,
  type Service,
  type ServiceDefinition,
  type ServiceDefinitionFrom,
  serde,
  type VirtualObject,
  type VirtualObjectDefinition,
  type VirtualObjectDefinitionFrom,
  type Workflow,
  type WorkflowDefinition,
  type WorkflowDefinitionFrom,
} from "@pawl/sdk/core";
export type {
  ConnectionOpts,
  InferArgType,
  Ingress,
  IngressClient,
  IngressClientFromDescriptors,
  IngressSendClient,
  IngressSendClientFromDescriptors,
  IngressWorkflowClient,
  Output,
  ScopedIngress,
  Send,
  WorkflowSubmission,
} from "./api.js";
export { connect } from "./connect.js";
export { HttpCallError } from "./errors.js";
export { type IngressCallOptions, type IngressSendOptions, Opts, rpc, SendOpts } from "./options.js";
export { defaultShouldRetry, type RetryFailure, type RetryPolicy } from "./retry.js";
