import type { LoadRequest, TimerRow } from "../store.js";
import type { CellWriter, Packed } from "./cells.js";
import { writeKey, writeTimerRow } from "./row-cells.js";

/** What the reading thread can be asked, and the cells that go with it. It answers in the order of the requests. */
export interface ReadRequest {
  readonly read: "recover" | "load" | "timers" | "journalEvents" | "expired";
  readonly parameters: Packed;
}

export function recoverRequest(writer: CellWriter): ReadRequest {
  return { read: "recover", parameters: writer.message(() => {}) };
}

/** For each list the number of its items, then the items. */
export function loadRequest(writer: CellWriter, request: LoadRequest): ReadRequest {
  const parameters = writer.message(() => {
    writer.number(request.invocations.length);
    for (const id of request.invocations) writer.text(id);
    for (const nums of [request.invocationNums, request.journals]) {
      writer.number(nums.length);
      for (const num of nums) writer.number(num);
    }
    writer.number(request.keys.length);
    for (const key of request.keys) writeKey(writer, key);
  });
  return { read: "load", parameters };
}

/** `until`, `limit`, then the timer to start after: one before all others when none is given. */
export function timersRequest(
  writer: CellWriter,
  partition: number,
  until: number,
  limit: number,
  after: TimerRow = { partition, at: Number.MIN_SAFE_INTEGER, num: 0, completionId: 0 },
): ReadRequest {
  const parameters = writer.message(() => {
    writer.number(until);
    writer.number(limit);
    writeTimerRow(writer, { ...after, partition });
  });
  return { read: "timers", parameters };
}

export function journalEventsRequest(writer: CellWriter, num: number): ReadRequest {
  return { read: "journalEvents", parameters: writer.message(() => writer.number(num)) };
}

export function expiredRequest(
  writer: CellWriter,
  partition: number,
  now: number,
  limit: number,
): ReadRequest {
  const parameters = writer.message(() => {
    for (const parameter of [partition, now, limit]) writer.number(parameter);
  });
  return { read: "expired", parameters };
}
