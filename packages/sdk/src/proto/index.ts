/**
 * @pawl/sdk/proto: protobuf services, and their clients. Needs the package @bufbuild/protobuf.
 *
 * It is all of @pawl/sdk besides, so that one import does: `import * as restate from "@pawl/sdk/proto"`.
 */

export * from "../node.js";
export { type ProtoImplementation, protoService } from "./binding/es-service.js";
export { registerDescriptors } from "./binding/register.js";
export { type ProtoServiceOptions, tsProtoService } from "./binding/ts-proto-service.js";
export { useContext } from "./binding/use-context.js";
export {
  type ProtoClient,
  type ProtoSendClient,
  type ProtoSendOptions,
  protoClient,
  protoSendClient,
} from "./clients/es-client.js";
export type {
  BaseContext,
  RestateContext,
  RestateGrpcChannel,
  RestateGrpcContext,
  RpcContext,
} from "./context/restate-context.js";
export { RestateUtils, type RetrySettings } from "./context/side-effect.js";
export { DESCRIPTORS_METADATA } from "./descriptors/file-set.js";
export type { ProtoMetadata } from "./descriptors/ts-proto.js";
export { ProtoServiceError, type ProtoServiceErrorCode } from "./errors.js";
export { keyText } from "./keying/key-text.js";
export { SINGLETON_KEY } from "./keying/keying.js";
export { Event, KeyedEventHandler, keyedEventHandler } from "./routers/event.js";
export { keyedRouter, ROUTER_METADATA, router } from "./routers/router.js";
export type { RpcGateway, ServiceApi } from "./routers/rpc-gateway.js";
export type { KeyedRouter, RpcClient, RpcSendClient, UnKeyedRouter } from "./routers/types.js";
export { createServer, type RestateServer } from "./server.js";
