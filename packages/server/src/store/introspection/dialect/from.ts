import type { JoinExpr, Node, RangeSubselect, RangeVar } from "libpg-query";
import type { ColumnType } from "../column-type.js";
import { QueryError } from "../introspection.js";
import { findTable, TABLES } from "../tables/catalog.js";
import { NUM_COLUMN, viewName } from "../tables/table.js";
import type { BoundColumn, Environment } from "./environment.js";
import { bindExpression } from "./expression.js";
import { kindOf, names, unsupported } from "./nodes.js";
import { compare } from "./operators.js";
import { Scope, type ScopeColumn } from "./scope.js";
import { quoteName, type Typed } from "./typed.js";

/** What follows FROM, and the columns that it brings. */
export interface Source {
  readonly sql: string;
  readonly columns: readonly ScopeColumn[];
}

/** @param outer what a subquery in FROM may see, @throws QueryError */
export function bindFrom(nodes: readonly Node[], outer: Scope | null, environment: Environment): Source {
  const sources = nodes.map((node) => bindSource(node, outer, environment));
  return {
    sql: sources.map(({ sql }) => sql).join(" CROSS JOIN "),
    columns: sources.flatMap(({ columns }) => columns),
  };
}

function bindSource(node: Node, outer: Scope | null, environment: Environment): Source {
  if ("RangeVar" in node) return bindTable(node.RangeVar, environment);
  if ("RangeSubselect" in node) return bindSubselect(node.RangeSubselect, outer, environment);
  if ("JoinExpr" in node) return bindJoin(node.JoinExpr, outer, environment);
  throw unsupported(`${kindOf(node)} after FROM`);
}

function bindTable(range: RangeVar, environment: Environment): Source {
  const { catalogname = null, schemaname = null, relname = "", alias } = range;
  const qualifier = alias?.aliasname ?? relname;
  const sqlAlias = environment.newName();
  const common = schemaname === null ? environment.commonTables.get(relname) : undefined;
  if (common !== undefined) {
    const columns = renamed(common.columns, names(alias?.colnames));
    return {
      sql: `${common.sqlName} AS ${sqlAlias}`,
      columns: columns.map((column) => scopeColumn(column, qualifier, sqlAlias)),
    };
  }
  const table = findTable(catalogname, schemaname, relname);
  if (table === undefined) {
    const shown = [catalogname, schemaname, relname].filter((part) => part !== null).join(".");
    const known = TABLES.map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`));
    throw new QueryError("invalid", `there is no table ${shown}. There are: ${known.join(", ")}`);
  }
  if (alias?.colnames !== undefined) throw unsupported("other names for the columns of a table");
  if (table.showsAttempts) environment.onAttempts();
  const column = (name: string, type: ColumnType): ScopeColumn => {
    const isId = table.idColumn?.name === name;
    const num = isId ? { num: `${sqlAlias}.${quoteName(NUM_COLUMN)}` } : {};
    return { qualifier, name, value: { sql: `${sqlAlias}.${quoteName(name)}`, type, label: name, ...num } };
  };
  const columns = [
    ...Object.entries(table.columns).map(([name, [type]]) => column(name, type)),
    ...Object.entries(table.formerColumns ?? {}).map(([name, [type]]) => ({
      ...column(name, type),
      isFormer: true,
    })),
  ];
  return { sql: `temp.${viewName(table)} AS ${sqlAlias}`, columns };
}

function bindSubselect(
  { subquery, alias, lateral }: RangeSubselect,
  outer: Scope | null,
  environment: Environment,
): Source {
  if (subquery === undefined || !("SelectStmt" in subquery) || lateral === true)
    throw unsupported("this subquery");
  const query = environment.subquery(subquery.SelectStmt, outer ?? new Scope([], null));
  const sqlAlias = environment.newName();
  const columns = renamed(query.columns, names(alias?.colnames));
  return {
    sql: `(${query.sql}) AS ${sqlAlias}`,
    columns: columns.map((column) => scopeColumn(column, alias?.aliasname ?? column.qualifier, sqlAlias)),
  };
}

function renamed(columns: readonly BoundColumn[], newNames: readonly string[]): readonly BoundColumn[] {
  return columns.map((column, i) => ({ ...column, name: newNames[i] ?? column.name }));
}

function scopeColumn(
  { name, sqlName, type }: BoundColumn,
  qualifier: string | null,
  sqlAlias: string,
): ScopeColumn {
  return { qualifier, name, value: { sql: `${sqlAlias}.${quoteName(sqlName)}`, type, label: name } };
}

const JOINS: Readonly<Record<string, string>> = {
  JOIN_INNER: "JOIN",
  JOIN_LEFT: "LEFT JOIN",
  JOIN_RIGHT: "RIGHT JOIN",
  JOIN_FULL: "FULL JOIN",
};

function bindJoin(join: JoinExpr, outer: Scope | null, environment: Environment): Source {
  const { jointype = "", isNatural, larg, rarg, usingClause, quals, alias } = join;
  const word = JOINS[jointype];
  if (
    word === undefined ||
    larg === undefined ||
    rarg === undefined ||
    isNatural === true ||
    alias !== undefined
  ) {
    throw unsupported("this kind of join");
  }
  const left = bindSource(larg, outer, environment);
  const right = bindSource(rarg, outer, environment);
  const rightSql = "JoinExpr" in rarg ? `(${right.sql})` : right.sql;
  const sql = `${left.sql} ${word} ${rightSql}`;
  const scope = new Scope([...left.columns, ...right.columns], outer);
  if (usingClause !== undefined) return bindUsing(sql, left, right, names(usingClause), jointype);
  const on = quals === undefined ? "true" : bindExpression(quals, scope, environment).sql;
  return { sql: `${sql} ON ${on}`, columns: scope.columns };
}

/** `USING (a)`: the columns of both sides are one. */
function bindUsing(
  sql: string,
  left: Source,
  right: Source,
  shared: readonly string[],
  jointype: string,
): Source {
  const leftScope = new Scope(left.columns, null);
  const rightScope = new Scope(right.columns, null);
  const on = shared.map((name) => compare("=", leftScope.find(null, name), rightScope.find(null, name)));
  const isOuter = jointype === "JOIN_RIGHT" || jointype === "JOIN_FULL";
  const merge = (column: ScopeColumn): ScopeColumn => {
    if (!isOuter || !shared.includes(column.name)) return column;
    const { num: _, ...value }: Typed = column.value;
    const sql = `coalesce(${value.sql}, ${rightScope.find(null, column.name).sql})`;
    return { ...column, value: { ...value, sql } };
  };
  return {
    sql: `${sql} ON ${on.join(" AND ")}`,
    columns: [
      ...left.columns.map(merge),
      ...right.columns.map((column) =>
        shared.includes(column.name) ? { ...column, isMerged: true } : column,
      ),
    ],
  };
}
