import { hasContract } from "../../protobuf/contracts.js";
import { routerKind } from "../../protobuf/router.js";
import type { SchemaRegistry } from "../../registry/registry.js";
import type { CallStyle } from "../paths.js";
import { isBuiltin } from "./builtin/descriptors.js";
import { builtinMethodNamed } from "./builtin/services.js";
import type { RpcMethod } from "./method.js";
import { noMethod, noService, notAccessible } from "./refusals.js";
import { Code, RpcError } from "./rpc-error.js";
import { usableContract } from "./usable-contract.js";
import { UserMethod } from "./user-method.js";

/**
 * How `/{service}/{method}` is called: as proto services are, as JSON services are, or either way, which the body shows.
 * Nobody knows what an unregistered service would be: by a dot in its name it is taken for one of protobuf, and refused in
 * the words of Connect.
 */
export function callStyle(registry: SchemaRegistry, service: string): CallStyle {
  const resolved = registry.service(service);
  if (resolved === undefined) return service.includes(".") ? "rpc" : "plain";
  if (hasContract(resolved.schema)) return "rpc";
  const kind = routerKind(resolved.schema);
  if (kind === undefined) return "plain";
  // Without a key in it, the path of a keyed one means nothing else.
  return kind === "keyed" ? "rpc" : "either";
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
