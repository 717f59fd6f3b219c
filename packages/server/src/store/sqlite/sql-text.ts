import type { Column } from "./columns.js";

/*
 * SQLite stores text with NUL characters, but the binding ends a string at the first NUL, both when it binds and when it
 * reads. So text that holds a NUL is bound as its UTF-8 bytes and cast, and is read back as bytes. All other text takes the
 * short way.
 */

/** The placeholder of a column's value. */
export function placeholder(column: Column): string {
  return column.type === "text" ? "CAST(? AS TEXT)" : "?";
}

/** The expression that reads a column: text with a NUL comes as a blob. */
export function selected({ name, type }: Column): string {
  return type === "text"
    ? `CASE WHEN instr(${name}, char(0)) THEN CAST(${name} AS BLOB) ELSE ${name} END`
    : name;
}

export function selectList(columns: readonly Column[]): string {
  return columns.map(selected).join(", ");
}

/** `a = ? AND b = ?` */
export function whereEqual(columns: readonly Column[]): string {
  return columns.map((column) => `${column.name} = ${placeholder(column)}`).join(" AND ");
}

export function insertInto(table: string, columns: readonly Column[]): string {
  return `INSERT INTO ${table} (${columns.map((column) => column.name).join(", ")}) VALUES (${columns.map(placeholder).join(", ")})`;
}

/** `a = ?, b = ?` */
export function assignments(columns: readonly Column[]): string {
  return columns.map((column) => `${column.name} = ${placeholder(column)}`).join(", ");
}

const utf8 = new TextEncoder();

/** Text in the form to bind. */
export function bindable(text: string | null): string | Uint8Array | null {
  return text?.includes("\0") ? utf8.encode(text) : text;
}

const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a `selected` text column gave, as text. */
export function textOf(value: string | Uint8Array | null): string | null {
  return value instanceof Uint8Array ? fromUtf8.decode(value) : value;
}
