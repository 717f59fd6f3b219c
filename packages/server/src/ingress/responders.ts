import type { OutgoingHttpHeaders } from "node:http";
import { clientOf, type Exchange } from "../http/exchange.js";
import type { Client, Responder, Response } from "../partition/commands.js";
import { journalFullMessage } from "../partition/limits.js";
import type { SchemaRegistry } from "../registry/registry.js";
import { sendBytes, sendFailure, sendJson } from "./answer.js";
import { outputContentType } from "./input.js";
import { type IngressMeter, statusOfError, statusOfResponse } from "./meter.js";

/** "the response is not ready yet": a status that no proxy gives by itself. Source: Restate 1.7 as observed, docs/compatibility.md. */
const NOT_READY = { code: 470, message: "the response is not ready yet" };

/** Answers one HTTP request with what the core says. */
export class HttpResponder implements Responder {
  isAnswered = false;

  constructor(
    readonly exchange: Exchange,
    readonly registry: SchemaRegistry,
    readonly meter: IngressMeter,
    readonly onAnswer: () => void,
  ) {}

  get client(): Client {
    return clientOf(this.exchange, "http");
  }

  respond(response: Response): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    this.onAnswer();
    const { exchange } = this;
    this.meter.answered(exchange, statusOfResponse(response));
    switch (response.kind) {
      case "outcome":
        this.#outcome(response);
        return;
      case "accepted": {
        const { id, isDuplicate, scheduledFor } = response;
        sendJson(
          exchange,
          202,
          { "x-restate-id": id },
          {
            invocationId: id,
            ...(scheduledFor === null ? {} : { executionTime: new Date(scheduledFor).toISOString() }),
            status: isDuplicate ? "PreviouslyAccepted" : "Accepted",
          },
        );
        return;
      }
      case "not-found":
        // To wait for what does not exist fails like the invocation itself would: observed of the official server.
        if (response.isAttach)
          sendFailure(exchange, { code: 404, message: "not found" }, "invocation", {
            "x-restate-id": response.id,
          });
        else sendFailure(exchange, { code: 404, message: "invocation not found" }, "ingress", {});
        return;
      case "not-ready":
        sendFailure(exchange, NOT_READY, "ingress", { "x-restate-id": response.id });
        return;
      default:
        sendBytes(exchange, 202, {}, new Uint8Array());
        return;
    }
  }

  #outcome(response: Extract<Response, { kind: "outcome" }>): void {
    const { id, outcome, keptUntil, target } = response;
    const headers: OutgoingHttpHeaders = { "x-restate-id": id };
    if (keptUntil !== null) headers["idempotency-expires"] = new Date(keptUntil).toISOString();
    if (outcome.kind === "failure") {
      sendFailure(this.exchange, outcome.failure, "invocation", headers);
      return;
    }
    const output = this.registry.handler(target.service, target.handler)?.output ?? null;
    const contentType = outputContentType(output, outcome.value.byteLength === 0);
    if (contentType !== null) headers["content-type"] = contentType;
    sendBytes(this.exchange, 200, headers, outcome.value);
  }
}

/** No later request would fare better, as with 429. */
const JOURNAL_FULL = 413;

/** An awakeable is resolved or rejected: accepted, whether or not somebody still waits for it. */
export class AcceptedResponder implements Responder {
  constructor(
    readonly exchange: Exchange,
    readonly meter: IngressMeter,
    readonly onAnswer: () => void,
  ) {}

  respond(response: Response): void {
    this.onAnswer();
    if (response.kind === "journal-full") {
      this.meter.answered(this.exchange, statusOfError(JOURNAL_FULL));
      const failure = { code: JOURNAL_FULL, message: journalFullMessage(response.limit) };
      sendFailure(this.exchange, failure, "ingress", {});
      return;
    }
    this.meter.answered(this.exchange, "completed");
    sendBytes(this.exchange, 202, {}, new Uint8Array());
  }
}
