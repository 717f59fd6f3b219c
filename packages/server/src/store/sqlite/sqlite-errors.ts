import { StoreError, type StoreErrorKind } from "../errors.js";

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const kindOfCode: Readonly<Record<number, StoreErrorKind>> = {
  5: "locked", // BUSY
  6: "locked", // LOCKED
  8: "io", // READONLY
  10: "io", // IOERR
  11: "corrupt", // CORRUPT
  13: "full", // FULL
  14: "io", // CANTOPEN
  19: "conflict", // CONSTRAINT
  20: "conflict", // MISMATCH
  26: "corrupt", // NOTADB
};

/** The binding gives no code with errors of `all()`, so these are told by SQLite's text. */
const codeOfMessage: Readonly<Record<string, number>> = {
  "database disk image is malformed": 11,
  "file is not a database": 26,
};

/** What an operator can do. */
const advice: Partial<Readonly<Record<StoreErrorKind, string>>> = {
  full: "Make room on the disk of the data directory, then start the server again: nothing that was acknowledged is lost.",
  io: "See that the disk of the data directory works and takes writes, then start the server again: nothing that was acknowledged is lost.",
};

const PRIMARY_CODE_MASK = 0xff;

/** What failed, as a StoreError. Everything that SQLite does not explain counts as `io`. */
export function asStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const { message, sqliteCode } = error as { message?: string; sqliteCode?: number };
  const code = sqliteCode ?? codeOfMessage[message ?? ""];
  const kind = code === undefined ? "io" : (kindOfCode[code & PRIMARY_CODE_MASK] ?? "io");
  const help = advice[kind];
  const text = `${doing}: ${message ?? String(error)}`;
  return new StoreError(kind, help === undefined ? text : `${text}. ${help}`, { cause: error });
}
