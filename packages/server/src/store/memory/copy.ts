/**
 * A copy that shares no object and no bytes with the original, as what went through a disk does not: who changes a buffer
 * after giving it away must not get away with it in a simulation.
 */
export function copy<Value>(value: Value): Value {
  if (value instanceof Uint8Array) return new Uint8Array(value) as Value;
  if (Array.isArray(value)) return value.map(copy) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copy(each)])) as Value;
}

/** A copy of the named columns of a row: a table stores nothing else that a row object may carry. */
export function copyColumns<Row extends object>(row: Row, columns: Readonly<Record<keyof Row, true>>): Row {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, copy(row[name as keyof Row])])) as Row;
}
