import { hasContract } from "../../protobuf/contracts.js";
import type { SchemaRegistry } from "../../registry/registry.js";
import { isBuiltin } from "./builtin/descriptors.js";
import { builtinMethodNamed } from "./builtin/services.js";
import type { RpcMethod } from "./method.js";
import { noMethod, noService, notAccessible } from "./refusals.js";
import { Code, RpcError } from "./rpc-error.js";
import { usableContract } from "./usable-contract.js";
import { UserMethod } from "./user-method.js";

/**
 * Whether `/{service}/{method}` is called as proto services are. Nobody knows what an unregistered service would be: by a
 * dot in its name it is taken for one of protobuf, and refused in the words of Connect.
 */
export function isRpcService(registry: SchemaRegistry, service: string): boolean {
  const resolved = registry.service(service);
  return resolved === undefined ? service.includes(".") : hasContract(resolved.schema);
}

/** What a path means. Order and texts: the documents of 2023, docs/compatibility.md. @throws RpcError */
export function findMethod(registry: SchemaRegistry, service: string, method: string): RpcMethod {
  if (isBuiltin(service)) {
    const builtin = builtinMethodNamed(service, method);
    if (builtin === undefined) throw noMethod(service, method);
    return builtin;
  }
  const resolved = registry.service(service);
  if (resolved === undefined) throw noService(service);
  if (!resolved.isPublic) throw notAccessible(service);
  const contract = usableContract(resolved.schema);
  if (contract === undefined) {
    throw new RpcError(
      Code.Unimplemented,
      `Service '${service}' has no protobuf descriptors: POST its JSON to /${service}/<handler>, or use dev.restate.Ingress/Invoke`,
    );
  }
  const known = contract.methods.get(method);
  const handler = resolved.handlers.get(method);
  if (known === undefined || handler === undefined) throw noMethod(service, method);
  if (!handler.isPublic) throw notAccessible(`${service}/${method}`);
  return new UserMethod(known, handler);
}
