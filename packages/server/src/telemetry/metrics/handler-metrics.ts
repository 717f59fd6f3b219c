import { REQUEST_STATUSES, type RequestStatus } from "../../ingress/meter.js";
import type { Counter, Histogram } from "./metric.js";
import type { MetricsRegistry } from "./registry.js";

/** Of a request: 0.5 ms to a minute. Seconds. */
const REQUEST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** Of an attempt. */
const ATTEMPT_ENDS = ["completed", "suspended", "paused", "failed", "killed"] as const;
type AttemptEnd = (typeof ATTEMPT_ENDS)[number];

/** All series of one handler. */
export class HandlerMetrics {
  readonly requests: Readonly<Record<RequestStatus, Counter>>;
  readonly requestSeconds: Histogram;
  readonly created: Counter;
  readonly succeeded: Counter;
  readonly failed: Counter;
  readonly killed: Counter;
  readonly suspended: Counter;
  readonly paused: Counter;
  readonly attemptsStarted: Counter;
  readonly attempts: Readonly<Record<AttemptEnd, Counter>>;
  readonly attemptSeconds: Histogram;
  readonly retries: Counter;

  constructor(registry: MetricsRegistry, service: string, handler: string) {
    const labels = { rpc_service: service, rpc_method: handler };
    const counter = (name: string, help: string, more: Readonly<Record<string, string>> = {}): Counter =>
      registry.counter(name, help, { ...labels, ...more });
    this.requests = perName(REQUEST_STATUSES, (status) =>
      counter("restate_ingress_requests_total", "Requests at the ingress, by how they ended", { status }),
    );
    this.requestSeconds = registry.histogram(
      "restate_ingress_request_duration_seconds",
      "From a request's arrival at the ingress to its answer",
      REQUEST_SECONDS,
      labels,
    );
    this.created = counter("pawl_invocations_created_total", "Invocations that came into being");
    const completed = (result: string): Counter =>
      counter("pawl_invocations_completed_total", "Invocations that ended, by their result", { result });
    this.succeeded = completed("success");
    this.failed = completed("failure");
    this.killed = completed("killed");
    this.suspended = counter("pawl_invocations_suspended_total", "Times that an invocation suspended");
    this.paused = counter("pawl_invocations_paused_total", "Times that an invocation was paused");
    const attempts = (status: string): Counter =>
      counter("restate_invoker_invocation_tasks_total", "Attempts, by what became of them", { status });
    this.attemptsStarted = attempts("started");
    this.attempts = perName(ATTEMPT_ENDS, attempts);
    this.attemptSeconds = registry.histogram(
      "restate_invoker_task_duration_seconds",
      "From the start of an attempt to its end",
      REQUEST_SECONDS,
      labels,
    );
    this.retries = counter("pawl_invoker_retries_total", "Failed attempts that will be repeated");
  }
}

function perName<const N extends string, T>(names: readonly N[], make: (name: N) => T): Record<N, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<N, T>;
}

/** More are counted together, under an empty name: every handler is some forty series. */
const MAX_HANDLERS = 1_000;

/** The metrics of each handler, found without making anything. */
export class MetricsByHandler {
  readonly #services = new Map<string, Map<string, HandlerMetrics>>();
  #handlers = 0;
  #others: HandlerMetrics | undefined;

  constructor(readonly registry: MetricsRegistry) {}

  of(service: string, handler: string): HandlerMetrics {
    return this.#services.get(service)?.get(handler) ?? this.#add(service, handler);
  }

  /** Of what no handler was found for. */
  get others(): HandlerMetrics {
    this.#others ??= new HandlerMetrics(this.registry, "", "");
    return this.#others;
  }

  #add(service: string, handler: string): HandlerMetrics {
    if (this.#handlers >= MAX_HANDLERS) return this.others;
    this.#handlers++;
    const metrics = new HandlerMetrics(this.registry, service, handler);
    const handlers = this.#services.get(service) ?? new Map<string, HandlerMetrics>();
    this.#services.set(service, handlers.set(handler, metrics));
    return metrics;
  }
}
