import type { LoadRequest, TimerRow } from "../store.js";
import { CellWriter, type Packed } from "./cells.js";
import { writeKey, writeTimerRow } from "./row-cells.js";

/** What the reading thread can be asked, and the cells that go with it. It answers in the order of the requests. */
export interface ReadRequest {
  readonly read: "recover" | "load" | "timers" | "expired";
  readonly parameters: Packed;
}

export function recoverRequest(): ReadRequest {
  return { read: "recover", parameters: new CellWriter().pack().packed };
}

/** For each list the number of its items, then the items. */
export function loadRequest({ invocations, invocationNums, journals, keys }: LoadRequest): ReadRequest {
  const writer = new CellWriter();
  for (const list of [invocations, invocationNums, journals]) {
    writer.cells.push(list.length);
    for (const item of list) writer.cells.push(item);
  }
  writer.cells.push(keys.length);
  for (const key of keys) writeKey(writer, key);
  return { read: "load", parameters: writer.pack().packed };
}

/** `after` is the place before every timer when it is not given. */
export function timersRequest(
  partition: number,
  until: number,
  limit: number,
  after?: TimerRow,
): ReadRequest {
  const beforeAll = { partition, at: Number.MIN_SAFE_INTEGER, num: 0, completionId: 0 };
  const writer = new CellWriter();
  writer.cells.push(until, limit);
  writeTimerRow(writer, after === undefined ? beforeAll : { ...after, partition });
  return { read: "timers", parameters: writer.pack().packed };
}

export function expiredRequest(partition: number, now: number, limit: number): ReadRequest {
  const writer = new CellWriter();
  writer.cells.push(partition, now, limit);
  return { read: "expired", parameters: writer.pack().packed };
}
