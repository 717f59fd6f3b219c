import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import { CellReader, type Packed } from "./cells.js";
import { ChangeStatements } from "./change-statements.js";
import { asStoreError } from "./sqlite-errors.js";

export interface GroupOutcome {
  /** How many batches, from the first, are durable. */
  readonly durable: number;
  /** Why the batch after these is not. */
  readonly failure?: unknown;
}

/** Makes batches durable, several in one transaction when several wait. */
export class GroupCommit {
  readonly #begin: StatementSyncInstance;
  readonly #commit: StatementSyncInstance;
  readonly #rollback: StatementSyncInstance;
  readonly #database: DatabaseSyncInstance;
  readonly #changes: ChangeStatements;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#changes = new ChangeStatements(database);
  }

  /** Commits all of the group. If one of the batches breaks a rule of the tables, exactly those before it. */
  commit(group: readonly Packed[]): GroupOutcome {
    try {
      this.#transaction(group);
      return { durable: group.length };
    } catch (failure) {
      // Trying again can only help when a batch is at fault, and not the disk.
      const batchAtFault = asStoreError(failure, "Writing").kind === "conflict";
      return batchAtFault && group.length > 1 ? this.#oneByOne(group) : { durable: 0, failure };
    }
  }

  #oneByOne(group: readonly Packed[]): GroupOutcome {
    for (const [durable, batch] of group.entries()) {
      try {
        this.#transaction([batch]);
      } catch (failure) {
        return { durable, failure };
      }
    }
    return { durable: group.length };
  }

  #transaction(group: readonly Packed[]): void {
    this.#begin.get();
    try {
      for (const batch of group) this.#changes.apply(new CellReader(batch));
      this.#commit.get();
    } catch (failure) {
      // After some errors (a full disk) SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#rollback.get();
      throw failure;
    }
  }
}
