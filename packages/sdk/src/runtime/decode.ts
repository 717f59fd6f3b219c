import type { Failure, Header, NotificationResult } from "@pawl/protocol";
import type { InvocationId } from "../context/promise.js";
import { TerminalError } from "../errors.js";
import { GRPC_STATUS_METADATA, httpStatusOf, isGrpcErrorCode } from "../grpc-status.js";
import type { JournalValueCodec } from "../journal-codec.js";
import type { RelatedCommand } from "../machine/errors.js";
import type { Serde } from "../serde.js";
import { FaultyCommand } from "./faults.js";
import type { Decode } from "./leaf.js";
import type { Settled } from "./node.js";

/** A gRPC status in the metadata becomes the error's code again: what is caught is what was thrown. */
export function toTerminalError({ code, message, metadata }: Failure): TerminalError {
  const status = Number(metadata?.find(isGrpcStatus)?.value);
  const isGrpc = isGrpcErrorCode(status);
  const kept = isGrpc ? metadata?.filter((header) => !isGrpcStatus(header)) : metadata;
  const entries = kept?.map((h) => [h.key, h.value] as const) ?? [];
  return new TerminalError(message, {
    errorCode: isGrpc ? status : code,
    ...(entries.length > 0 && { metadata: Object.fromEntries(entries) }),
  });
}

/** The codes of failures are HTTP statuses; the code of an error that has one of gRPC's travels in the metadata. */
export function toFailure(reason: string | TerminalError): Failure {
  if (typeof reason === "string") return { code: 500, message: reason };
  const metadata = Object.entries(reason.metadata ?? {}).map(([key, value]) => ({ key, value }));
  const isGrpc = isGrpcErrorCode(reason.code);
  if (isGrpc && !metadata.some(isGrpcStatus)) {
    metadata.push({ key: GRPC_STATUS_METADATA, value: String(reason.code) });
  }
  const code = isGrpc ? httpStatusOf(reason.code) : reason.code;
  return { code, message: reason.message, ...(metadata.length > 0 && { metadata }) };
}

const isGrpcStatus = ({ key }: Header): boolean => key === GRPC_STATUS_METADATA;

const rejected = (failure: Failure): Settled<never> => ({ ok: false, error: toTerminalError(failure) });

/** A value, a failure, or nothing, which is `empty`. A value that does not deserialize is a fault of `related`. */
export function decodeWith<T, E>(
  serde: Serde<T>,
  empty: E,
  related: RelatedCommand,
  codec?: JournalValueCodec,
): Decode<T | E> {
  const plain = decodePlain(serde, empty, related);
  if (codec === undefined) return plain;
  return (result) =>
    result.kind === "value" ? decodeEncoded(codec, result.value, plain, related) : plain(result);
}

async function decodeEncoded<T>(
  codec: JournalValueCodec,
  encoded: Uint8Array,
  plain: DecodeNow<T>,
  related: RelatedCommand,
): Promise<Settled<T>> {
  let value: Uint8Array;
  try {
    value = await codec.decode(encoded);
  } catch (error) {
    throw new FaultyCommand(error, related);
  }
  return plain({ kind: "value", value });
}

type DecodeNow<T> = (result: NotificationResult) => Settled<T>;

function decodePlain<T, E>(serde: Serde<T>, empty: E, related: RelatedCommand): DecodeNow<T | E> {
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
