import type { ServiceSchema } from "../registry/schema.js";
import { type Contract, parseContract } from "./contract.js";
import { DESCRIPTORS_METADATA, DescriptorError } from "./descriptor-set.js";

type Described = Pick<ServiceSchema, "name" | "metadata">;

/** Parsed once for each revision of a service, and forgotten with it. */
const parsed = new WeakMap<Described, Contract | DescriptorError>();

/** Whether a service came with descriptors. */
export function hasContract({ metadata }: Pick<ServiceSchema, "metadata">): boolean {
  return metadata[DESCRIPTORS_METADATA] !== undefined;
}

/**
 * The contract of a service; undefined for one without descriptors.
 * @throws DescriptorError; not for services that `checkContracts` let pass
 */
export function contractOf(schema: Described): Contract | undefined {
  const base64 = schema.metadata[DESCRIPTORS_METADATA];
  if (base64 === undefined) return undefined;
  const contract = parsed.get(schema) ?? parse(schema, base64);
  if (contract instanceof DescriptorError) throw contract;
  return contract;
}

function parse(schema: Described, base64: string): Contract | DescriptorError {
  let result: Contract | DescriptorError;
  try {
    result = parseContract(schema.name, base64);
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    result = error;
  }
  parsed.set(schema, result);
  return result;
}
