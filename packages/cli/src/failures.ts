import { AccessError, type Config, StoreError } from "@pawl/server";

/** What Node.js adds to errors of the operating system. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly path?: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && "syscall" in error;
}

/** Why the server could not start or go on, and what to do. Bugs are shown with their stack. */
export function describeFailure(error: unknown, config: Config): string {
  if (error instanceof StoreError || error instanceof AccessError) return error.message;
  if (isSystemError(error)) {
    if (error.path !== undefined) return `base-dir: ${error.message}`;
    const address = error.hostname ?? `${error.address}:${error.port}`;
    return `${keysOf(error, config)}: cannot listen on ${address}: ${reasonOf(error)}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function reasonOf({ code, message }: SystemError): string {
  switch (code) {
    case "EADDRINUSE":
      return "another process listens there. Stop it, or set another port";
    case "EACCES":
      return "that is not allowed. Set a port from 1024 on";
    case "EADDRNOTAVAIL":
      return "this machine does not have that address. Set one that it has, or 0.0.0.0 for all";
    case "ENOTFOUND":
      return "there is no such host. Set one of this machine's addresses";
    default:
      return message;
  }
}

/** The setting that named the address, as far as the error tells. */
function keysOf(error: SystemError, { ingress, admin }: Config): string {
  const keys = [
    ["ingress.bind-address", ingress.bindAddress],
    ["admin.bind-address", admin.bindAddress],
  ] as const;
  const named = keys.filter(([, { host, port }]) =>
    error.hostname === undefined ? port === error.port : host === error.hostname,
  );
  return (named.length === 0 ? keys : named).map(([key]) => key).join(" or ");
}
