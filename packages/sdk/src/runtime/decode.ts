import type { Failure, NotificationResult } from "@pawl/protocol";
import type { InvocationId } from "../context/promise.js";
import { TerminalError } from "../errors.js";
import type { RelatedCommand } from "../machine/errors.js";
import type { Serde } from "../serde.js";
import { FaultyCommand } from "./faults.js";
import type { Decode } from "./leaf.js";
import type { Settled } from "./node.js";

export function toTerminalError({ code, message, metadata }: Failure): TerminalError {
  const entries = metadata?.map((h) => [h.key, h.value] as const) ?? [];
  return new TerminalError(message, {
    errorCode: code,
    ...(entries.length > 0 && { metadata: Object.fromEntries(entries) }),
  });
}

export function toFailure(reason: string | TerminalError): Failure {
  if (typeof reason === "string") return { code: 500, message: reason };
  const metadata = Object.entries(reason.metadata ?? {}).map(([key, value]) => ({ key, value }));
  return { code: reason.code, message: reason.message, ...(metadata.length > 0 && { metadata }) };
}

const rejected = (failure: Failure): Settled<never> => ({ ok: false, error: toTerminalError(failure) });

/** A value, a failure, or nothing, which is `empty`. A value that does not deserialize is a fault of `related`. */
export function decodeWith<T, E>(serde: Serde<T>, empty: E, related: RelatedCommand): Decode<T | E> {
  return (result) => {
    switch (result.kind) {
      case "void":
        return { ok: true, value: empty };
      case "failure":
        return rejected(result.failure);
      case "value":
        try {
          return { ok: true, value: serde.deserialize(result.value) };
        } catch (error) {
          throw new FaultyCommand(error, related);
        }
      default:
        return unexpected(result);
    }
  };
}

export const decodeVoid: Decode<void> = (result) =>
  result.kind === "failure" ? rejected(result.failure) : { ok: true, value: undefined };

export const decodeInvocationId: Decode<InvocationId> = (result) =>
  result.kind === "invocationId"
    ? { ok: true, value: result.invocationId as InvocationId }
    : unexpected(result);

export const decodeStateKeys: Decode<string[]> = (result) =>
  result.kind === "stateKeys" ? { ok: true, value: [...result.keys] } : unexpected(result);

function unexpected(result: NotificationResult): never {
  throw new Error(`The server answered an operation with an unexpected result of kind '${result.kind}'.`);
}
