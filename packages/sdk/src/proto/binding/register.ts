import type { DescService } from "@bufbuild/protobuf";
import type { ProtoMetadata } from "../descriptors/ts-proto.js";
import { keyingOf } from "../keying/keying.js";
import { rememberService } from "../keying/known-services.js";
import { servicesOf } from "./ts-proto-service.js";

/**
 * Tells this process of protobuf services that others serve. Clients of ts-proto need it to call keyed services and
 * singletons: the key is in the request, and only the descriptor says where. Bound services are known anyway, and clients
 * of protobuf-es know theirs.
 *
 * @param descriptors `protoMetadata` of files that ts-proto generated, or services that protobuf-es describes
 */
export function registerDescriptors(...descriptors: readonly (ProtoMetadata | DescService)[]): void {
  for (const descriptor of descriptors) {
    const services = "fileDescriptor" in descriptor ? servicesOf(descriptor) : [descriptor];
    for (const service of services) rememberService(service.typeName, keyingOf(service));
  }
}
