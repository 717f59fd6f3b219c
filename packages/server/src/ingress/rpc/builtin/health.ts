import { create, type Message } from "@bufbuild/protobuf";
import {
  Health,
  type HealthCheckRequest,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from "../../../protobuf/gen/grpc/health/v1/health_pb.js";
import type { SchemaRegistry } from "../../../registry/registry.js";
import type { RpcHost } from "../host.js";
import type { StreamInput, StreamMethod, StreamOutput } from "../method.js";
import { badRequest, Code, RpcError } from "../rpc-error.js";
import { answer, builtinMethod, NO_TYPES } from "./builtin-method.js";
import { isBuiltin } from "./descriptors.js";

/** How often Watch looks, milliseconds. */
const WATCH_INTERVAL_MS = 500;

/** Source: the documents of 2023, docs/compatibility.md. */
export const check = builtinMethod(Health.method.check, ({ runtime }, { message }) => {
  const status = statusOf(runtime.registry, message.service);
  if (status === Status.SERVICE_UNKNOWN) {
    throw new RpcError(Code.NotFound, `Service '${message.service}' not found: it is not registered`);
  }
  return {
    kind: "answer",
    answer: answer(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status })),
  };
});

/** The status now, and again when it changes, until the client goes. */
export const watch: StreamMethod = {
  kind: "stream",
  input: Health.method.watch.input,
  output: Health.method.watch.output,
  types: NO_TYPES,
  open: (host, out) => new Watcher(host, out),
};

function statusOf(registry: SchemaRegistry, service: string): Status {
  if (service === "" || isBuiltin(service)) return Status.SERVING;
  const resolved = registry.service(service);
  if (resolved === undefined) return Status.SERVICE_UNKNOWN;
  return resolved.isPublic ? Status.SERVING : Status.NOT_SERVING;
}

class Watcher implements StreamInput {
  #timer: NodeJS.Timeout | null = null;
  #last: Status | null = null;

  constructor(
    readonly host: RpcHost,
    readonly out: StreamOutput,
  ) {}

  message(message: Message): void {
    if (this.#timer !== null) throw badRequest("Watch takes one message");
    const { service } = message as HealthCheckRequest;
    this.#look(service);
    this.#timer = setInterval(() => this.#look(service), WATCH_INTERVAL_MS);
  }

  end(): void {
    if (this.#timer === null) throw badRequest("Watch takes one message, and was sent none");
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #look(service: string): void {
    const status = statusOf(this.host.runtime.registry, service);
    if (status === this.#last) return;
    this.#last = status;
    this.out.send(create(HealthCheckResponseSchema, { status }));
  }
}
