/** @pawl/client: call services from outside, through the ingress. */

export type {
  ConnectionOpts,
  Ingress,
  IngressClient,
  IngressSendClient,
  IngressWorkflowClient,
  Output,
  Send,
  WorkflowSubmission,
} from "./api.js";
export { connect } from "./connect.js";
export { type IngressCallOptions, type IngressSendOptions, Opts, rpc, SendOpts } from "./options.js";
export { HttpCallError } from "./transport.js";
