/**
 * Why a store cannot serve.
 *
 * - `locked`: another process (or another store in this one) uses the data directory.
 * - `newer-schema`: a later version of Pawl wrote the data.
 * - `corrupt`: the files are not a Pawl database, or are damaged.
 * - `io`: the file system refused to read or write.
 * - `full`: no space is left.
 * - `conflict`: a batch breaks a rule of the tables, such as inserting a row twice. A bug of the writer.
 * - `not-empty`: a backup was to be restored into a directory that holds data.
 * - `thread`: a thread of the store died.
 * - `closed`: the store was closed.
 */
export type StoreErrorKind =
  | "locked"
  | "newer-schema"
  | "corrupt"
  | "io"
  | "full"
  | "conflict"
  | "not-empty"
  | "thread"
  | "closed";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
