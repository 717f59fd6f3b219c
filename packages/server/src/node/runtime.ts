import type { Command } from "../partition/commands.js";
import type { SchemaRegistry } from "../registry/registry.js";
import type { DocumentRow } from "../store/store.js";

/** What the ingress and the admin API see of a running node. */
export interface Runtime {
  readonly registry: SchemaRegistry;
  /** Queues a command. It is applied in this turn of the event loop and answered when it is durable. */
  submit(command: Command): void;
  /** A new id: of its key's partition, or (null) anywhere. */
  newInvocationId(key: string | null): string;
  /** Writes documents; resolves when they are durable. */
  saveDocuments(
    puts: readonly DocumentRow[],
    deletes?: readonly { readonly kind: DocumentRow["kind"]; readonly id: string }[],
  ): Promise<void>;
}
