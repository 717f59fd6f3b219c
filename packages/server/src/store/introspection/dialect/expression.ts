import type { A_Const, A_Expr, FuncCall, Node, SortBy, SubLink, TypeCast, WindowDef } from "libpg-query";
import { isInteger, isList } from "../column-type.js";
import { parseInterval } from "../functions/times.js";
import { QueryError } from "../introspection.js";
import { findAggregate } from "./aggregate-functions.js";
import { cast, coerce, commonType } from "./coerce.js";
import type { Environment } from "./environment.js";
import { kindOf, names, required, unsupported } from "./nodes.js";
import { binary, compare, inList, truth, unary } from "./operators.js";
import { callScalar, firstOf } from "./scalar-functions.js";
import type { Scope } from "./scope.js";
import { columnType, intervalUnit } from "./type-names.js";
import {
  booleanLiteral,
  intervalLiteral,
  NULL_LITERAL,
  numberLiteral,
  type Typed,
  textLiteral,
  timestampLiteral,
} from "./typed.js";

/** Translates an expression. @throws QueryError */
export function bindExpression(node: Node, scope: Scope, environment: Environment): Typed {
  return new Expressions(scope, environment).bind(node);
}

/** `a DESC NULLS LAST`. Without a word about them, NULLs count as larger than all else, as in PostgreSQL. */
export function orderTerm(sql: string, { sortby_dir, sortby_nulls }: SortBy): string {
  const isDescending = sortby_dir === "SORTBY_DESC";
  const isNullsFirst =
    sortby_nulls === "SORTBY_NULLS_DEFAULT" ? isDescending : sortby_nulls === "SORTBY_NULLS_FIRST";
  return `${sql} ${isDescending ? "DESC" : "ASC"} NULLS ${isNullsFirst ? "FIRST" : "LAST"}`;
}

class Expressions {
  readonly #scope: Scope;
  readonly #environment: Environment;

  constructor(scope: Scope, environment: Environment) {
    this.#scope = scope;
    this.#environment = environment;
  }

  bind(node: Node | undefined): Typed {
    if (node === undefined) throw unsupported("an empty expression");
    if ("ColumnRef" in node) {
      const parts = names(node.ColumnRef.fields);
      return this.#scope.find(parts.at(-2) ?? null, parts.at(-1) ?? "");
    }
    if ("A_Const" in node) return constant(node.A_Const);
    if ("A_Expr" in node) return this.#operation(node.A_Expr);
    if ("FuncCall" in node) return this.#call(node.FuncCall);
    if ("TypeCast" in node) return this.#cast(node.TypeCast);
    if ("SubLink" in node) return this.#subquery(node.SubLink);
    if ("BoolExpr" in node) {
      const args = (node.BoolExpr.args ?? []).map((arg) => this.#condition(arg));
      if (node.BoolExpr.boolop === "NOT_EXPR") return truth("NOT", `NOT ${args[0]}`);
      return truth("condition", args.join(node.BoolExpr.boolop === "AND_EXPR" ? " AND " : " OR "));
    }
    if ("NullTest" in node) {
      const { arg, nulltesttype } = node.NullTest;
      const test = nulltesttype === "IS_NULL" ? "IS NULL" : "IS NOT NULL";
      const value = this.bind(arg);
      return truth(`${value.label} ${test}`, `${value.sql} ${test}`);
    }
    if ("BooleanTest" in node) {
      const { arg, booltesttype } = node.BooleanTest;
      const test = required(BOOLEAN_TESTS[booltesttype ?? ""], "this test of a truth value");
      return truth(test, `${this.#condition(arg)} ${test}`);
    }
    if ("CaseExpr" in node) return this.#case(node.CaseExpr);
    if ("CoalesceExpr" in node) return firstOf("coalesce", this.#all(node.CoalesceExpr.args));
    if ("MinMaxExpr" in node) {
      return firstOf(node.MinMaxExpr.op === "IS_GREATEST" ? "max" : "min", this.#all(node.MinMaxExpr.args));
    }
    if ("SQLValueFunction" in node) {
      if (!/TIMESTAMP/.test(node.SQLValueFunction.op ?? ""))
        throw unsupported("this function without parentheses");
      return timestampLiteral(this.#environment.now, "current_timestamp");
    }
    if ("A_ArrayExpr" in node) return list(this.#all(node.A_ArrayExpr.elements));
    if ("A_Indirection" in node) return this.#element(node.A_Indirection);
    throw unsupported(kindOf(node));
  }

  #all(nodes: readonly Node[] | undefined): Typed[] {
    return (nodes ?? []).map((node) => this.bind(node));
  }

  /** SQL that is true or false. */
  #condition(node: Node | undefined): string {
    return coerce(this.bind(node), "boolean").sql;
  }

  #operation(expression: A_Expr): Typed {
    const { kind, lexpr, rexpr } = expression;
    const operator = names(expression.name).at(-1) ?? "";
    switch (kind) {
      case "AEXPR_OP":
        if (lexpr === undefined) return unary(operator, this.bind(rexpr));
        return binary(operator, this.bind(lexpr), this.bind(rexpr));
      case "AEXPR_IN": {
        const list = rexpr !== undefined && "List" in rexpr ? this.#all(rexpr.List.items) : [];
        const sql = inList(this.bind(lexpr), list);
        return truth("IN", operator === "<>" ? `NOT ${sql}` : sql);
      }
      case "AEXPR_LIKE":
      case "AEXPR_ILIKE":
        return this.#like(expression, operator, kind === "AEXPR_ILIKE");
      case "AEXPR_BETWEEN":
      case "AEXPR_NOT_BETWEEN": {
        const [low, high] = rexpr !== undefined && "List" in rexpr ? this.#all(rexpr.List.items) : [];
        const value = this.bind(lexpr);
        const sql = `${compare(">=", value, required(low, "BETWEEN"))} AND ${compare("<=", value, required(high, "BETWEEN"))}`;
        return truth("BETWEEN", kind === "AEXPR_BETWEEN" ? sql : `NOT (${sql})`);
      }
      case "AEXPR_DISTINCT":
        return truth("IS DISTINCT FROM", compare("IS NOT", this.bind(lexpr), this.bind(rexpr)));
      case "AEXPR_NOT_DISTINCT":
        return truth("IS NOT DISTINCT FROM", compare("IS", this.bind(lexpr), this.bind(rexpr)));
      case "AEXPR_NULLIF": {
        const value = this.bind(lexpr);
        return {
          sql: `CASE WHEN ${compare("=", value, this.bind(rexpr))} THEN NULL ELSE ${value.sql} END`,
          type: value.type,
          label: "nullif",
        };
      }
      case "AEXPR_OP_ANY": {
        const list = this.bind(rexpr);
        if (operator !== "=" || !isList(list.type)) throw unsupported("ANY with other than = and a list");
        return truth("= ANY", `list_has(${list.sql}, ${this.bind(lexpr).sql})`);
      }
      default:
        throw unsupported(`the operator ${operator}`);
    }
  }

  #like({ lexpr, rexpr }: A_Expr, operator: string, ignoresCase: boolean): Typed {
    const value = coerce(this.bind(lexpr), "text").sql;
    let pattern = rexpr;
    let escapeCharacter = "'\\'";
    if (
      rexpr !== undefined &&
      "FuncCall" in rexpr &&
      names(rexpr.FuncCall.funcname).at(-1) === "like_escape"
    ) {
      const [given, character] = rexpr.FuncCall.args ?? [];
      pattern = given;
      escapeCharacter = this.bind(character).sql;
    }
    const flags = ignoresCase ? "'i'" : "''";
    const sql = `text_like(${value}, ${coerce(this.bind(pattern), "text").sql}, ${escapeCharacter}, ${flags})`;
    return truth("LIKE", operator.startsWith("!") ? `NOT ${sql}` : sql);
  }

  #cast({ arg, typeName }: TypeCast): Typed {
    if (typeName === undefined) throw unsupported("a cast without a type");
    const value = this.bind(arg);
    const type = columnType(typeName);
    if (type === "duration" && typeof value.literal === "string") {
      const interval = parseInterval(value.literal, intervalUnit(typeName));
      if (interval === null)
        throw new QueryError("invalid", `'${value.literal}' is no interval such as '1 hour' or '2 days'`);
      return { ...intervalLiteral(interval), label: value.label };
    }
    const result = cast(value, type);
    const isDate = names(typeName.names).at(-1) === "date";
    return isDate ? { ...result, sql: `timestamp_truncate('day', ${result.sql})` } : result;
  }

  #case(node: Extract<Node, { CaseExpr: unknown }>["CaseExpr"]): Typed {
    const subject = node.arg === undefined ? undefined : this.bind(node.arg);
    const branches = (node.args ?? []).flatMap((when) => ("CaseWhen" in when ? [when.CaseWhen] : []));
    const otherwise = node.defresult === undefined ? NULL_LITERAL : this.bind(node.defresult);
    const results = branches.map(({ result }) => this.bind(result));
    const type = commonType([...results, otherwise]);
    const whens = branches.map(({ expr }, i) => {
      const condition =
        subject === undefined ? this.#condition(expr) : compare("=", subject, this.bind(expr));
      return `WHEN ${condition} THEN ${coerce(results[i] as Typed, type).sql}`;
    });
    return { sql: `CASE ${whens.join(" ")} ELSE ${coerce(otherwise, type).sql} END`, type, label: "case" };
  }

  #element({ arg, indirection }: Extract<Node, { A_Indirection: unknown }>["A_Indirection"]): Typed {
    const [index, ...more] = indirection ?? [];
    if (index === undefined || !("A_Indices" in index) || index.A_Indices.is_slice || more.length > 0) {
      throw unsupported("this part of a value");
    }
    const args = [this.bind(arg), this.bind(index.A_Indices.uidx)];
    return callScalar("array_element", args, this.#environment.now);
  }

  #subquery({ subLinkType, subselect, testexpr, operName }: SubLink): Typed {
    if (subselect === undefined || !("SelectStmt" in subselect)) throw unsupported("this subquery");
    const query = this.#environment.subquery(subselect.SelectStmt, this.#scope);
    if (subLinkType === "EXISTS_SUBLINK") return truth("EXISTS", `EXISTS (${query.sql})`);
    const [column, ...more] = query.columns;
    if (column === undefined || more.length > 0)
      throw new QueryError("invalid", "a subquery in an expression has one column");
    if (subLinkType === "EXPR_SUBLINK")
      return { sql: `(${query.sql})`, type: column.type, label: column.name };
    const isIn = subLinkType === "ANY_SUBLINK" && (operName === undefined || names(operName).at(-1) === "=");
    if (!isIn) throw unsupported("a comparison with ANY or ALL of a subquery");
    const value = this.bind(testexpr);
    const type = commonType([value, { sql: "", type: column.type, label: column.name }]);
    return truth("IN", `${coerce(value, type).sql} IN (${query.sql})`);
  }

  #call(call: FuncCall): Typed {
    const name = names(call.funcname).at(-1) ?? "";
    const args = this.#all(call.args);
    const aggregate = findAggregate(name, args, call.over !== undefined);
    if (aggregate === undefined) {
      if (call.over !== undefined) throw unsupported(`the window function ${name}()`);
      return callScalar(name, args, this.#environment.now);
    }
    const label =
      call.agg_star === true ? `${name}(*)` : `${name}(${args.map((arg) => arg.label).join(",")})`;
    const given = call.agg_star === true ? "*" : aggregate.args.map(({ sql }) => sql).join(", ");
    if (given === "" && (name === "count" || aggregate.type === "null")) {
      throw new QueryError("invalid", `${name}() needs an argument`);
    }
    const distinct = call.agg_distinct === true ? "DISTINCT " : "";
    const filter = call.agg_filter === undefined ? "" : ` FILTER (WHERE ${this.#condition(call.agg_filter)})`;
    const over = call.over === undefined ? "" : ` OVER (${this.#window(call.over)})`;
    const sql = `${aggregate.name}(${distinct}${given}${this.#orderBy(call.agg_order)})${filter}${over}`;
    return { sql: aggregate.wrap?.(sql) ?? sql, type: aggregate.type, label };
  }

  #orderBy(terms: readonly Node[] | undefined): string {
    const sorts = (terms ?? []).flatMap((term) => ("SortBy" in term ? [term.SortBy] : []));
    if (sorts.length === 0) return "";
    return ` ORDER BY ${sorts.map((sort) => orderTerm(this.bind(sort.node).sql, sort)).join(", ")}`;
  }

  #window({ name, partitionClause, orderClause, startOffset, endOffset }: WindowDef): string {
    if (name !== undefined || startOffset !== undefined || endOffset !== undefined) {
      throw unsupported("a named window, or a frame with offsets,");
    }
    const partition = this.#all(partitionClause).map(({ sql }) => sql);
    return `${partition.length === 0 ? "" : `PARTITION BY ${partition.join(", ")}`}${this.#orderBy(orderClause)}`;
  }
}

const BOOLEAN_TESTS: Readonly<Record<string, string>> = {
  IS_TRUE: "IS TRUE",
  IS_NOT_TRUE: "IS NOT TRUE",
  IS_FALSE: "IS FALSE",
  IS_NOT_FALSE: "IS NOT FALSE",
  IS_UNKNOWN: "IS NULL",
  IS_NOT_UNKNOWN: "IS NOT NULL",
};

/** `ARRAY['a', 'b']` */
function list(elements: readonly Typed[]): Typed {
  const type = commonType(elements);
  if (type !== "text" && !isInteger(type)) throw unsupported("a list of other than texts and whole numbers");
  const sql = `json_array(${elements.map((element) => coerce(element, type).sql).join(", ")})`;
  return { sql, type: type === "text" ? "text[]" : "uint32[]", label: "array" };
}

/** Beyond this, SQLite's integers end: unsigned ones are stored as the signed ones with the same bits. */
const MAX_SIGNED = 2n ** 63n;

function constant({ isnull, ival, fval, boolval, sval, bsval }: A_Const): Typed {
  if (isnull === true) return NULL_LITERAL;
  if (boolval !== undefined) return booleanLiteral(boolval.boolval ?? false);
  if (ival !== undefined) return numberLiteral(ival.ival ?? 0);
  if (sval !== undefined) return textLiteral(sval.sval ?? "");
  if (bsval?.bsval?.startsWith("x") && /^x([0-9a-f]{2})*$/i.test(bsval.bsval)) {
    return { sql: `x'${bsval.bsval.slice(1)}'`, type: "binary", label: "binary" };
  }
  const text = fval?.fval ?? "";
  if (/^\d+$/.test(text)) {
    const value = BigInt(text);
    if (value < MAX_SIGNED) return { sql: text, type: "int64", label: text };
    if (value < 2n * MAX_SIGNED)
      return { sql: String(BigInt.asIntN(64, value)), type: "uint64", label: text };
  }
  if (text === "" || Number.isNaN(Number(text))) throw unsupported("this constant");
  return { ...numberLiteral(Number(text)), sql: text, type: "float64" };
}
