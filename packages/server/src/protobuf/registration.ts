import { RegistryError } from "../registry/errors.js";
import type { DiscoveredService } from "../registry/manifest-services.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { ServiceSchema } from "../registry/schema.js";
import { incompatibilities } from "./compatibility.js";
import type { Contract } from "./contract.js";
import { contractOf, hasContract } from "./contracts.js";
import { DescriptorError } from "./descriptor-set.js";
import { type RuleCode, violations } from "./rules.js";

/** The server's own, which would hide others. */
const RESERVED = /^(?:dev\.restate|grpc)\./;

/**
 * What the registration of proto services asks for: that their definitions keep the rules, and that what callers agreed on
 * still holds.
 * @param acceptsBreaking somebody means it: a new contract need not fit the old one
 * @throws RegistryError META0005 for a reserved name, META0001, META0002, META0007, META0008 for a bad definition, META0006 for an incompatible one
 */
export function checkContracts(
  registry: Pick<SchemaRegistry, "service">,
  services: readonly DiscoveredService[],
  acceptsBreaking: boolean,
): void {
  for (const service of services) {
    if (RESERVED.test(service.name)) throw reserved(service.name);
    const contract = checkedContract(service);
    if (!acceptsBreaking) refuseIncompatible(registry.service(service.name)?.schema, service, contract);
  }
}

function checkedContract(service: DiscoveredService): Contract | undefined {
  const contract = parsed(service);
  if (contract === undefined) return undefined;
  const found = violations(service, contract);
  const [first] = found;
  if (first === undefined) return contract;
  const messages = found.map(({ code, message }) => (code === first.code ? message : `${message} [${code}]`));
  throw ruleError(first.code, `the contract of ${service.name} cannot be used: ${messages.join("; ")}`);
}

function parsed(service: DiscoveredService): Contract | undefined {
  try {
    return contractOf(service);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw ruleError("META0001", `the descriptors of ${service.name} cannot be used: ${error.message}`);
  }
}

function refuseIncompatible(
  before: ServiceSchema | undefined,
  after: DiscoveredService,
  contract: Contract | undefined,
): void {
  if (before === undefined) return;
  const found = changes(before, contract);
  if (found.length === 0) return;
  throw new RegistryError(
    "META0006",
    409,
    `the contract of ${after.name} would break the one of revision ${before.revision}: ${found.join("; ")}. ` +
      "Callers, waiting invocations and state rely on it: keep to it, give the new service another name, or say that you " +
      'mean it with "breaking": true',
  );
}

function changes(before: ServiceSchema, after: Contract | undefined): string[] {
  if (!hasContract(before))
    return after === undefined ? [] : ["it had no protobuf descriptors and would have some"];
  if (after === undefined) return ["it had protobuf descriptors and would have none"];
  return incompatibilities(contractOf(before) as Contract, after);
}

function reserved(name: string): RegistryError {
  return new RegistryError(
    "META0005",
    400,
    `service name '${name}' is reserved: names that start with 'dev.restate.' and 'grpc.' are the server's own. Rename it`,
  );
}

function ruleError(code: RuleCode, message: string): RegistryError {
  return new RegistryError(code, 400, message);
}
