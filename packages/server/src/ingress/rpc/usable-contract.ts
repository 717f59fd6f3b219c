import type { Contract } from "../../protobuf/contract.js";
import { contractOf } from "../../protobuf/contracts.js";
import { DescriptorError } from "../../protobuf/descriptor-set.js";
import { routerContract } from "../../protobuf/router.js";
import type { ServiceSchema } from "../../registry/schema.js";
import { Code, RpcError } from "./rpc-error.js";

/** The contract of a proto service or a router, undefined for other services. @throws RpcError when they cannot be used */
export function usableContract(schema: ServiceSchema): Contract | undefined {
  try {
    return contractOf(schema) ?? routerContract(schema);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(Code.Unimplemented, `Service '${schema.name}' has bad descriptors: ${error.message}`);
  }
}
