import type { Node } from "libpg-query";
import { QueryError } from "../introspection.js";

/* PostgreSQL's syntax tree: every node is an object whose only key says what it is. */

/** The parts of a dotted name. */
export function names(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map((node) => ("String" in node ? (node.String.sval ?? "") : "*"));
}

export function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? "nothing";
}

/** An error for a construct of SQL that is not in the dialect. */
export function unsupported(what: string): QueryError {
  return new QueryError(
    "invalid",
    `${what} cannot be used here: see the dialect in the handbook, Introspection`,
  );
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw unsupported(what);
  return value;
}
