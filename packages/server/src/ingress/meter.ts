import type { Exchange } from "../http/exchange.js";
import type { Response } from "../partition/commands.js";

/** How a request ended. Source of the words: Restate 1.7's metrics, docs/observability.md. */
export const REQUEST_STATUSES = [
  "completed",
  "invocation error",
  "request error",
  "ingress error",
  "rate limited",
] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Counts requests. */
export interface IngressMeter {
  answered(exchange: Exchange, status: RequestStatus): void;
}

export const meterNothing: IngressMeter = { answered() {} };

export function statusOfResponse(response: Response): RequestStatus {
  switch (response.kind) {
    case "outcome":
      return response.outcome.kind === "failure" ? "invocation error" : "completed";
    case "not-found":
    case "not-ready":
      return "request error";
    default:
      return "completed";
  }
}

/** @param status of HTTP */
export function statusOfError(status: number): RequestStatus {
  if (status === 429) return "rate limited";
  return status < 500 ? "request error" : "ingress error";
}
