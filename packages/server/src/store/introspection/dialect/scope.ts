import { QueryError } from "../introspection.js";
import type { Typed } from "./typed.js";

/** A column that a name can mean. */
export interface ScopeColumn {
  /** What stands before the dot. Columns of an unnamed subquery keep theirs. */
  readonly qualifier: string | null;
  readonly name: string;
  readonly value: Typed;
  /** Merged into another one by USING: found with its qualifier only. */
  readonly isMerged?: boolean;
  /** `*` leaves it out. */
  readonly isFormer?: boolean;
}

/** The columns that a query's expressions see: those of its FROM, then those of the queries around it. */
export class Scope {
  readonly columns: readonly ScopeColumn[];
  readonly #parent: Scope | null;
  readonly #aliases: ReadonlyMap<string, Typed>;

  /** @param aliases what the select list names, for GROUP BY, HAVING and ORDER BY */
  constructor(
    columns: readonly ScopeColumn[],
    parent: Scope | null,
    aliases: ReadonlyMap<string, Typed> = new Map(),
  ) {
    this.columns = columns;
    this.#parent = parent;
    this.#aliases = aliases;
  }

  withAliases(aliases: ReadonlyMap<string, Typed>): Scope {
    return new Scope(this.columns, this.#parent, aliases);
  }

  /** @throws QueryError when there is no such column, or more than one */
  find(qualifier: string | null, name: string): Typed {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      const found = scope.#own(qualifier, name);
      if (found !== undefined) return found;
    }
    const known = [...new Set(this.columns.map((column) => column.name))].join(", ");
    const shown = qualifier === null ? name : `${qualifier}.${name}`;
    throw new QueryError(
      "invalid",
      `there is no column ${shown}${known === "" ? "" : `. There are: ${known}`}`,
    );
  }

  /** The columns that `*` or `qualifier.*` stand for. @throws QueryError when there are none */
  all(qualifier: string | null): readonly ScopeColumn[] {
    const columns = this.columns.filter(
      (column) =>
        column.isFormer !== true &&
        (qualifier === null ? column.isMerged !== true : column.qualifier === qualifier),
    );
    if (columns.length > 0) return columns;
    throw new QueryError("invalid", `there is no table ${qualifier ?? ""} that * could stand for`);
  }

  #own(qualifier: string | null, name: string): Typed | undefined {
    const [found, other] = this.columns.filter(
      (column) =>
        column.name === name &&
        (qualifier === null ? column.isMerged !== true : column.qualifier === qualifier),
    );
    if (other !== undefined) {
      throw new QueryError(
        "invalid",
        `there are several columns ${name}: put the table's name and a dot before it`,
      );
    }
    return found?.value ?? (qualifier === null ? this.#aliases.get(name) : undefined);
  }
}
