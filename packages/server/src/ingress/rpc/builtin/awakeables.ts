import { create, toJson } from "@bufbuild/protobuf";
import { EmptySchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { SignalResult } from "@pawl/protocol";
import { journalFullMessage } from "../../../partition/limits.js";
import { Awakeables } from "../../../protobuf/gen/dev/restate/services_pb.js";
import { resolveAwakeable } from "../../handlers.js";
import type { Work } from "../method.js";
import { Code, RpcError } from "../rpc-error.js";
import { answer, builtinMethod } from "./builtin-method.js";

/** Status of HTTP that a rejection has for the handler that waits, as at /restate/awakeables/{id}/reject. */
const REJECTED = 500;

/** Source: the documents of 2023, docs/compatibility.md. */
export const resolve = builtinMethod(Awakeables.method.resolve, (_host, { message }) => {
  const { case: kind, value } = message.result;
  if (kind === undefined) {
    throw new RpcError(Code.InvalidArgument, "result must be non-empty: send json_result or bytes_result");
  }
  const bytes = kind === "bytesResult" ? value : Buffer.from(JSON.stringify(toJson(ValueSchema, value)));
  return complete(message.id, { kind: "value", value: bytes });
});

export const reject = builtinMethod(Awakeables.method.reject, (_host, { message: { id, reason } }) =>
  complete(id, { kind: "failure", failure: { code: REJECTED, message: reason } }),
);

/** Accepted whether or not somebody still waits. @throws IngressError for an id that is none */
function complete(awakeable: string, result: SignalResult): Work {
  const { id, index } = resolveAwakeable(awakeable);
  return {
    kind: "ask",
    id,
    toCommand: (responder) => ({
      kind: "signalRequest",
      id,
      signal: { kind: "signal", index },
      result,
      responder,
    }),
    toAnswer: (response) => {
      if (response.kind === "journal-full") {
        throw new RpcError(Code.ResourceExhausted, journalFullMessage(response.limit));
      }
      return answer(EmptySchema, create(EmptySchema));
    },
  };
}
