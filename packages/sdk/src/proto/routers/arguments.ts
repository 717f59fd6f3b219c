import { TerminalError } from "../../errors.js";
import { ErrorCodes } from "../../grpc-status.js";

/** The routers that this process serves, by path. A client's call alone does not show whether its target has keys. */
const known = new Map<string, RouterKind>();

export type RouterKind = "keyed" | "unkeyed";

export function rememberRouter(path: string, kind: RouterKind): void {
  known.set(path, kind);
}

interface PackedCall {
  readonly parameter: unknown;
  readonly key?: string;
}

/**
 * The arguments of a client's call as key and request.
 * @param kind what the client says of its target; undefined: what this process knows
 * @throws TerminalError if they do not fit
 */
export function packArguments(
  path: string,
  route: string,
  args: readonly unknown[],
  kind: RouterKind | undefined = known.get(path),
): PackedCall {
  const [first, second] = args;
  const target = `${path}.${route}`;
  if (args.length > 2) {
    throw misuse(
      `wrong number of arguments: ${target} takes a key and a request at most, not ${args.length}.`,
    );
  }
  if (kind === "unkeyed" && args.length === 2) {
    throw misuse(`${target} has no key. Call it with the request only.`);
  }
  if (kind === "keyed" || args.length === 2) return { key: requireKey(target, first), parameter: second };
  return { parameter: first };
}

function requireKey(target: string, key: unknown): string {
  if (typeof key === "string" && key !== "") return key;
  throw misuse(`${target} is keyed. Call it with a key, a text that is not empty, and then the request.`);
}

function misuse(message: string): TerminalError {
  return new TerminalError(message, { errorCode: ErrorCodes.INVALID_ARGUMENT });
}
