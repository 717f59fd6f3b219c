import { TerminalError, toError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";
import { keyText } from "./key-text.js";
import { type Keying, SINGLETON_KEY } from "./keying.js";

/**
 * The protobuf services that this process knows, since it serves them or was told: generated clients carry a name and
 * bytes, and it takes the descriptor to find the key in them.
 */
const known = new Map<string, Keying>();

export function rememberService(name: string, keying: Keying): void {
  known.set(name, keying);
}

/**
 * The key that a call goes to; undefined for services that have none or are not known here.
 * @throws TerminalError if the request cannot be read, or the method does not exist
 */
export function keyOfCall(service: string, method: string, request: Uint8Array): string | undefined {
  const keying = known.get(service);
  return keying === undefined ? undefined : keyOfRequest(keying, `${service}/${method}`, method, request);
}

/** @throws TerminalError if the request cannot be read, or the method does not exist */
export function keyOfRequest(
  keying: Keying,
  target: string,
  method: string,
  request: Uint8Array,
): string | undefined {
  if (keying.kind === "unkeyed") return undefined;
  if (keying.kind === "singleton") return SINGLETON_KEY;
  const field = keying.fields.get(method);
  if (field === undefined) {
    throw new TerminalError(`There is no method ${target}.`, { errorCode: ErrorCodes.UNIMPLEMENTED });
  }
  try {
    return keyText(field, request);
  } catch (error) {
    throw new TerminalError(
      `The request for ${target} is not a ${field.parent.typeName}: ${toError(error).message}`,
      {
        errorCode: ErrorCodes.INVALID_ARGUMENT,
        cause: error,
      },
    );
  }
}
