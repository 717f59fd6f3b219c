/** @pawl/testing: a server inside of a test, with its handlers, its time and its crashes in the test's hands. */

// What tests of the official package import from it.
export type {
  DefaultServiceOptions,
  Duration,
  EndpointOptions,
  Hooks,
  HooksProvider,
  Interceptor,
  InvocationId,
  JournalValueCodec,
  LoggerContext,
  LoggerTransport,
  LogMetadata,
  LogSource,
  ObjectOptions,
  Request,
  RestateEndpoint,
  RestateEndpointBase,
  RestateError,
  RestateLogLevel,
  RetryPolicy,
  Serde,
  ServiceDefinition,
  ServiceOptions,
  Target,
  TerminalError,
  TypedState,
  UntypedState,
  VirtualObjectDefinition,
  WorkflowDefinition,
  WorkflowOptions,
} from "@pawl/sdk";
export { type EnvironmentOptions, TestEnvironment } from "./environment.js";
export { Journal, type RecordedJournal } from "./journal/journal.js";
export type { ReadableBytes, ReadableEntry } from "./journal/readable.js";
export { JournalMismatchError, type ReplayOptions, type ReplayResult, replay } from "./journal/replay.js";
export {
  RestateTestEnvironment,
  type ServiceEndpointAccess,
  type TestEnvironmentOptions,
  type TestEnvironmentStorage,
} from "./restate.js";
export { RestateContainer } from "./restate-container.js";
export { StateProxy } from "./state-proxy.js";
export type { Step } from "./world/crash-point.js";
