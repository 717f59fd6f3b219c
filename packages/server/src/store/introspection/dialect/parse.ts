import { hasSqlDetails, loadModule, type Node, parseSync, type SelectStmt } from "libpg-query";
import { QueryError } from "../introspection.js";

/** One statement that reads. */
export interface ParsedQuery {
  readonly select: SelectStmt;
  /** It is asked for how the query would be carried out. */
  readonly isExplain: boolean;
}

/** The parser is PostgreSQL's own, compiled to WebAssembly: it must be loaded once before `parseQuery`. */
export const loadParser: () => Promise<void> = loadModule;

const DESCRIBE = /^\s*(?:describe|desc|show\s+columns\s+(?:from|in))\s+((?:"?\w+"?\.){0,2}"?\w+"?)\s*;?\s*$/i;
const SHOW_TABLES = /^\s*show\s+tables\s*;?\s*$/i;

/** @throws QueryError when it is not exactly one query */
export function parseQuery(text: string): ParsedQuery {
  const statements = parseText(rewriteShow(text));
  const [statement, ...more] = statements;
  if (statement === undefined) throw new QueryError("invalid", "there is no query: send a SELECT statement");
  if (more.length > 0)
    throw new QueryError("invalid", "one statement at a time: leave out what follows the semicolon");
  if ("SelectStmt" in statement) return { select: statement.SelectStmt, isExplain: false };
  if ("ExplainStmt" in statement) {
    const { query } = statement.ExplainStmt;
    if (query !== undefined && "SelectStmt" in query) return { select: query.SelectStmt, isExplain: true };
  }
  throw new QueryError(
    "invalid",
    "only queries are allowed here: SELECT, WITH, EXPLAIN, DESCRIBE and SHOW TABLES",
  );
}

/** What PostgreSQL does not have, as a query on information_schema. */
function rewriteShow(text: string): string {
  if (SHOW_TABLES.test(text)) return "SELECT * FROM information_schema.tables";
  const table = DESCRIBE.exec(text)?.[1]?.split(".").at(-1)?.replaceAll('"', "").toLowerCase();
  if (table === undefined) return text;
  return `SELECT column_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_name = '${table}' ORDER BY ordinal_position`;
}

function parseText(text: string): Node[] {
  // The parser has an error of its own for this.
  if (text.trim() === "") return [];
  try {
    return (parseSync(text).stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    const at = error.sqlDetails?.cursorPosition ?? 0;
    const near = text.slice(at, at + SHOWN_CHARACTERS).trim();
    throw new QueryError("invalid", `${error.message}${near === "" ? "" : `, before: ${near}`}`);
  }
}

const SHOWN_CHARACTERS = 40;
