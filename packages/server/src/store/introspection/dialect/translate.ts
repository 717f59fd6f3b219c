import type { ColumnType } from "../column-type.js";
import type { Environment } from "./environment.js";
import { parseQuery } from "./parse.js";
import { bindQuery } from "./select.js";

/** A query as SQLite understands it. */
export interface TranslatedQuery {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  /** It reads what the node knows of attempts. */
  readonly showsAttempts: boolean;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * Translates a query from the dialect (PostgreSQL's grammar, the common functions of DataFusion) to SQLite's, and finds the
 * types of its columns. Pure, once `loadParser` has resolved.
 *
 * @param now what now() means, unix milliseconds
 * @throws QueryError that says what is wrong, or not supported
 */
export function translate(text: string, now: number): TranslatedQuery {
  const { select, isExplain } = parseQuery(text);
  let namesGiven = 0;
  let showsAttempts = false;
  const environment: Environment = {
    now,
    commonTables: new Map(),
    newName: () => `t${++namesGiven}`,
    onAttempts: () => {
      showsAttempts = true;
    },
    subquery: (inner, scope) => bindQuery(inner, scope, environment),
  };
  const { sql, columns } = bindQuery(select, null, environment, "result");
  if (isExplain) return { sql: explain(sql), columns: EXPLAIN_COLUMNS, showsAttempts };
  return { sql, columns: columns.map(({ name, type }) => ({ name, type })), showsAttempts };
}

const EXPLAIN_COLUMNS: readonly ResultColumn[] = [
  { name: "id", type: "int64" },
  { name: "parent", type: "int64" },
  { name: "cost", type: "int64" },
  { name: "plan", type: "text" },
];

function explain(sql: string): string {
  return `EXPLAIN QUERY PLAN ${sql}`;
}
