import type { Node, SelectStmt, SortBy } from "libpg-query";
import { type ColumnType, isList } from "../column-type.js";
import { QueryError } from "../introspection.js";
import { coerce, commonType } from "./coerce.js";
import type { BoundColumn, BoundQuery, CommonTable, Environment } from "./environment.js";
import { bindExpression, orderTerm } from "./expression.js";
import { bindFrom } from "./from.js";
import { names, unsupported } from "./nodes.js";
import { Scope } from "./scope.js";
import { quoteName, type Typed } from "./typed.js";

/** A column of the select list. */
interface Target {
  readonly name: string;
  readonly qualifier: string | null;
  readonly value: Typed;
}

/** Where a query stands decides how its columns are shown. */
export type Place = "inner" | "result";

/**
 * Translates a query.
 *
 * @param outer the columns of the queries around it
 * @param place texts of a result are shown as bytes, since the binding of SQLite cuts texts off at a NUL
 * @throws QueryError
 */
export function bindQuery(
  select: SelectStmt,
  outer: Scope | null,
  around: Environment,
  place: Place = "inner",
): BoundQuery {
  refuseRest(select);
  const { environment, sql: withSql } = bindWith(select, around);
  if (select.op !== undefined && select.op !== "SETOP_NONE")
    return bindSetOperation(select, outer, environment, place, withSql);
  if (select.valuesLists !== undefined) return bindValues(select, outer, environment, place, withSql);
  const from = select.fromClause === undefined ? null : bindFrom(select.fromClause, outer, environment);
  const scope = new Scope(from?.columns ?? [], outer);
  const targets = bindTargets(select.targetList ?? [], scope, environment);
  const aliased = scope.withAliases(new Map(targets.map(({ name, value }) => [name, value])));
  const parts = [
    `${withSql}SELECT ${select.distinctClause === undefined ? "" : "DISTINCT "}${targets.map((target, i) => show(target.value, i, place)).join(", ")}`,
  ];
  if (from !== null) parts.push(`FROM ${from.sql}`);
  if (select.whereClause !== undefined)
    parts.push(`WHERE ${condition(select.whereClause, scope, environment)}`);
  if (select.groupClause !== undefined) {
    const terms = select.groupClause.map((node) => groupTerm(node, targets, aliased, environment));
    parts.push(`GROUP BY ${terms.join(", ")}`);
  }
  if (select.havingClause !== undefined)
    parts.push(`HAVING ${condition(select.havingClause, aliased, environment)}`);
  const ordered = sortClause(select, targets, (node) => bindExpression(node, aliased, environment).sql);
  return {
    sql: [...parts, ...ordered, ...limitClause(select, scope, environment)].join(" "),
    columns: targets.map(({ name, qualifier, value }, i) => ({
      name,
      qualifier,
      sqlName: sqlName(i),
      type: value.type,
    })),
  };
}

function refuseRest({
  intoClause,
  windowClause,
  lockingClause,
  distinctClause,
  limitOption,
}: SelectStmt): void {
  if (intoClause !== undefined) throw unsupported("INTO");
  if (windowClause !== undefined) throw unsupported("a WINDOW clause");
  if (lockingClause !== undefined) throw unsupported("FOR UPDATE");
  if (distinctClause?.some((node) => Object.keys(node).length > 0)) throw unsupported("DISTINCT ON");
  if (limitOption === "LIMIT_OPTION_WITH_TIES") throw unsupported("WITH TIES");
}

/** WITH: the named queries, and the environment in which they have their names. */
function bindWith(
  { withClause }: SelectStmt,
  around: Environment,
): { environment: Environment; sql: string } {
  if (withClause === undefined) return { environment: around, sql: "" };
  if (withClause.recursive === true) throw unsupported("WITH RECURSIVE");
  const commonTables = new Map<string, CommonTable>(around.commonTables);
  const environment: Environment = {
    ...around,
    commonTables,
    subquery: (select, scope) => bindQuery(select, scope, environment),
  };
  const definitions = (withClause.ctes ?? []).map((node) => {
    if (!("CommonTableExpr" in node)) throw unsupported("this WITH");
    const { ctename = "", ctequery, aliascolnames } = node.CommonTableExpr;
    if (ctequery === undefined || !("SelectStmt" in ctequery))
      throw unsupported("WITH for other than queries");
    const query = bindQuery(ctequery.SelectStmt, null, environment);
    const given = names(aliascolnames);
    const sqlName = environment.newName();
    const columns = query.columns.map((column, i) => ({ ...column, name: given[i] ?? column.name }));
    commonTables.set(ctename, { sqlName, columns });
    return `${sqlName} AS (${query.sql})`;
  });
  return { environment, sql: `WITH ${definitions.join(", ")} ` };
}

function bindTargets(nodes: readonly Node[], scope: Scope, environment: Environment): Target[] {
  return nodes.flatMap((node): Target[] => {
    if (!("ResTarget" in node) || node.ResTarget.val === undefined)
      throw unsupported("this column of a result");
    const { name, val } = node.ResTarget;
    if ("ColumnRef" in val) {
      const parts = names(val.ColumnRef.fields);
      const qualifier = parts.at(-2) ?? null;
      if (parts.at(-1) === "*") return [...scope.all(qualifier)];
      const value = scope.find(qualifier, parts.at(-1) ?? "");
      return [{ name: name ?? value.label, qualifier: name === undefined ? qualifier : null, value }];
    }
    const value = bindExpression(val, scope, environment);
    return [{ name: name ?? value.label, qualifier: null, value }];
  });
}

function sqlName(place: number): string {
  return `c${place + 1}`;
}

function show(value: Typed, place: number, shownIn: Place): string {
  const isText = value.type === "text" || isList(value.type);
  const sql = shownIn === "result" && isText ? `CAST(${value.sql} AS BLOB)` : value.sql;
  return `${sql} AS ${sqlName(place)}`;
}

function condition(node: Node, scope: Scope, environment: Environment): string {
  return coerce(bindExpression(node, scope, environment), "boolean").sql;
}

/** A column that exists goes before one that the select list names. */
function groupTerm(node: Node, targets: readonly Target[], scope: Scope, environment: Environment): string {
  if ("GroupingSet" in node) throw unsupported("GROUPING SETS, ROLLUP or CUBE");
  const place = ordinal(node, targets.length);
  return place === undefined
    ? bindExpression(node, scope, environment).sql
    : (targets[place - 1] as Target).value.sql;
}

/** A number that stands for a column of the result. */
function ordinal(node: Node, columns: number): number | undefined {
  if (!("A_Const" in node) || node.A_Const.ival === undefined) return undefined;
  const place = node.A_Const.ival.ival ?? 0;
  if (place < 1 || place > columns)
    throw new QueryError("invalid", `there is no column ${place} in the result`);
  return place;
}

/** A name of the select list goes before a column. */
function sortClause(
  { sortClause }: SelectStmt,
  targets: readonly { readonly name: string }[],
  bind: (node: Node) => string,
): string[] {
  if (sortClause === undefined) return [];
  const terms = sortClause.map((node) => {
    if (!("SortBy" in node) || node.SortBy.node === undefined) throw unsupported("this order");
    const sort: SortBy = node.SortBy;
    const term = node.SortBy.node;
    const place = ordinal(term, targets.length) ?? namedPlace(term, targets);
    return orderTerm(place === undefined ? bind(term) : String(place), sort);
  });
  return [`ORDER BY ${terms.join(", ")}`];
}

function namedPlace(node: Node, targets: readonly { readonly name: string }[]): number | undefined {
  if (!("ColumnRef" in node)) return undefined;
  const parts = names(node.ColumnRef.fields);
  if (parts.length !== 1) return undefined;
  const place = targets.findIndex(({ name }) => name === parts[0]);
  return place === -1 ? undefined : place + 1;
}

function limitClause(
  { limitCount, limitOffset }: SelectStmt,
  scope: Scope,
  environment: Environment,
): string[] {
  const number = (node: Node) => coerce(bindExpression(node, scope, environment), "int64").sql;
  const isAll = limitCount !== undefined && "A_Const" in limitCount && limitCount.A_Const.isnull === true;
  if (limitCount === undefined && limitOffset === undefined) return [];
  const limit = limitCount === undefined || isAll ? "-1" : number(limitCount);
  return [`LIMIT ${limit}`, ...(limitOffset === undefined ? [] : [`OFFSET ${number(limitOffset)}`])];
}

const SET_OPERATIONS: Readonly<Record<string, string>> = {
  SETOP_UNION: "UNION",
  SETOP_INTERSECT: "INTERSECT",
  SETOP_EXCEPT: "EXCEPT",
};

function bindSetOperation(
  select: SelectStmt,
  outer: Scope | null,
  environment: Environment,
  place: Place,
  withSql: string,
): BoundQuery {
  const { op = "", all, larg, rarg } = select;
  const word = SET_OPERATIONS[op];
  if (
    word === undefined ||
    larg === undefined ||
    rarg === undefined ||
    (all === true && op !== "SETOP_UNION")
  ) {
    throw unsupported("this combination of queries");
  }
  const left = bindQuery(larg, outer, environment);
  const right = bindQuery(rarg, outer, environment);
  if (left.columns.length !== right.columns.length) {
    throw new QueryError("invalid", `both queries of a ${word} have the same number of columns`);
  }
  const types = left.columns.map((column, i) =>
    commonType([column, right.columns[i] as BoundColumn].map(asTyped)),
  );
  const arm = ({ sql, columns }: BoundQuery) => {
    const shown = columns.map((column, i) => show(coerce(asTyped(column), types[i] as ColumnType), i, place));
    return `SELECT ${shown.join(", ")} FROM (${sql})`;
  };
  const columns = left.columns.map((column, i) => ({
    ...column,
    sqlName: sqlName(i),
    type: types[i] as ColumnType,
  }));
  const ordered = sortClause(select, columns, () => {
    throw new QueryError("invalid", `after ${word}, ORDER BY takes columns of the result`);
  });
  const limited = limitClause(select, new Scope([], outer), environment);
  return {
    sql: `${withSql}${[arm(left), all === true ? `${word} ALL` : word, arm(right), ...ordered, ...limited].join(" ")}`,
    columns,
  };
}

function asTyped({ name, sqlName, type }: BoundColumn): Typed {
  return { sql: quoteName(sqlName), type, label: name };
}

function bindValues(
  select: SelectStmt,
  outer: Scope | null,
  environment: Environment,
  place: Place,
  withSql: string,
): BoundQuery {
  const scope = new Scope([], outer);
  const rows = (select.valuesLists ?? []).map((node) => {
    if (!("List" in node)) throw unsupported("these VALUES");
    return (node.List.items ?? []).map((item) => bindExpression(item, scope, environment));
  });
  const [first = []] = rows;
  if (rows.some((row) => row.length !== first.length))
    throw new QueryError("invalid", "all rows of VALUES have the same length");
  const types = first.map((_, i) => commonType(rows.map((row) => row[i] as Typed)));
  const selects = rows.map(
    (row) =>
      `SELECT ${row.map((value, i) => show(coerce(value, types[i] as ColumnType), i, place)).join(", ")}`,
  );
  const columns = types.map((type, i) => ({
    name: `column${i + 1}`,
    sqlName: sqlName(i),
    qualifier: null,
    type,
  }));
  const ordered = sortClause(select, columns, () => {
    throw new QueryError("invalid", "after VALUES, ORDER BY takes columns of the result");
  });
  return {
    sql: `${withSql}${selects.join(" UNION ALL ")} ${[...ordered, ...limitClause(select, scope, environment)].join(" ")}`,
    columns,
  };
}
