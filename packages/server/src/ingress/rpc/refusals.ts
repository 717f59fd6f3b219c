import { Code, RpcError } from "./rpc-error.js";

/** Texts: the documents of 2023, docs/compatibility.md. */
export function noService(service: string): RpcError {
  return new RpcError(
    Code.NotFound,
    `Service '${service}' not found. Check whether the deployment containing the service is registered.`,
  );
}

export function noMethod(service: string, method: string): RpcError {
  return new RpcError(
    Code.NotFound,
    `Service method '${service}/${method}' not found. Check whether you've registered the correct version of your service.`,
  );
}

/** The service is private. */
export function notAccessible(name: string): RpcError {
  return new RpcError(Code.PermissionDenied, `Service ${name} is not accessible`);
}
