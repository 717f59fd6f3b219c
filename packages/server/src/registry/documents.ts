import type { DocumentRow } from "../store/store.js";
import type { Deployment, ServiceOverrides } from "./schema.js";

/** What a registration (or an update, a removal, ...) writes and removes. */
export interface RegistryChange {
  readonly puts: readonly DocumentRow[];
  readonly deletes: readonly { readonly kind: DocumentRow["kind"]; readonly id: string }[];
}

/** Raised when the documents change so that an older server would misread them. */
const FORMAT = 1;

export function deploymentDocument(deployment: Deployment): DocumentRow {
  return document("deployment", deployment.deploymentId, deployment);
}

export function overridesDocument(overrides: ServiceOverrides): DocumentRow {
  return document("service", overrides.service, overrides);
}

function document(kind: DocumentRow["kind"], id: string, content: object): DocumentRow {
  return { kind, id, json: JSON.stringify({ format: FORMAT, ...content }) };
}

export function parseDeployment(row: DocumentRow): Deployment {
  return parse<Deployment>(row);
}

export function parseOverrides(row: DocumentRow): ServiceOverrides {
  return parse<ServiceOverrides>(row);
}

/** Only this file writes what is read here. @throws Error when a newer server wrote it */
function parse<T>({ kind, id, json }: DocumentRow): T {
  const { format, ...content } = JSON.parse(json) as { readonly format: unknown };
  if (format !== FORMAT) {
    throw new Error(
      `the ${kind} document '${id}' has format ${format}, and this version of Pawl knows ${FORMAT}: use the newer version that wrote it`,
    );
  }
  return content as T;
}
