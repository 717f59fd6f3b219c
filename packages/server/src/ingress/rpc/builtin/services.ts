import { Awakeables, Ingress } from "../../../protobuf/gen/dev/restate/services_pb.js";
import { Health } from "../../../protobuf/gen/grpc/health/v1/health_pb.js";
import { ServerReflection as ReflectionV1 } from "../../../protobuf/gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ReflectionV1Alpha } from "../../../protobuf/gen/grpc/reflection/v1alpha/reflection_pb.js";
import type { RpcMethod } from "../method.js";
import { reject, resolve } from "./awakeables.js";
import { check, watch } from "./health.js";
import { invoke } from "./invoke.js";
import { reflection } from "./reflection.js";

/** Methods of the services of this server itself: they can be called over every protocol. */
const METHODS: ReadonlyMap<string, ReadonlyMap<string, RpcMethod>> = new Map([
  [Ingress.typeName, new Map([["Invoke", invoke]])],
  [
    Awakeables.typeName,
    new Map([
      ["Resolve", resolve],
      ["Reject", reject],
    ]),
  ],
  [
    Health.typeName,
    new Map<string, RpcMethod>([
      ["Check", check],
      ["Watch", watch],
    ]),
  ],
  ...[ReflectionV1, ReflectionV1Alpha].map(
    (service) => [service.typeName, new Map([["ServerReflectionInfo", reflection]])] as const,
  ),
]);

/** undefined: no such service, or no such method of it. */
export function builtinMethodNamed(service: string, method: string): RpcMethod | undefined {
  return METHODS.get(service)?.get(method);
}
