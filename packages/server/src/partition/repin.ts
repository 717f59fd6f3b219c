import type { Response } from "./commands.js";
import type { DeploymentChoice, Invocation } from "./model.js";
import type { Partition } from "./partition.js";

/** Where an invocation is pinned, and in what version of the service protocol its journal is written. */
export type Pin = Pick<Invocation, "target" | "deployment" | "protocolVersion">;

/**
 * The deployment on which an invocation goes on. It must know the version in which the journal is written.
 * @returns its id, null while the invocation is not pinned yet (it goes to the latest), or why it cannot be
 */
export function chooseDeployment(
  p: Partition,
  { target, deployment: pinned, protocolVersion: version }: Pin,
  choice: DeploymentChoice,
): { readonly deployment: string | null } | Response {
  if (choice === "keep" || (choice === "latest" && pinned === null)) return { deployment: pinned };
  const deployment =
    choice === "latest"
      ? p.registry.latestDeployment(target.service, target.handler)
      : p.registry.deployment(choice);
  if (deployment === undefined) return { kind: "unknown-deployment" };
  const { deploymentId, minProtocolVersion, maxProtocolVersion } = deployment;
  if (version !== null && (version < minProtocolVersion || version > maxProtocolVersion)) {
    return { kind: "incompatible-deployment", deploymentId, protocolVersion: version };
  }
  return { deployment: deploymentId };
}
