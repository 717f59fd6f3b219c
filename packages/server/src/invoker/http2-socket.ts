import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { InvokerContext } from "./context.js";

/** What HTTP/2 over TLS is called in ALPN. Source: RFC 9113, section 3.2. */
const ALPN_NAME = "h2";

/** @throws when the certificates of the configuration are none */
export function openSocket(base: URL, context: InvokerContext): Socket {
  const host = base.hostname.replace(/^\[(.*)\]$/, "$1");
  const isTls = base.protocol === "https:";
  const port = base.port === "" ? (isTls ? 443 : 80) : Number(base.port);
  if (!isTls) return connectTcp({ host, port, noDelay: true });
  // A server name is for names only (RFC 6066).
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...servername, ALPNProtocols: [ALPN_NAME], ...context.limits.tls });
}

/** undefined: HTTP/2 may be spoken. Over cleartext it is known beforehand (RFC 9113, section 3.3). */
export function handshakeError(socket: Socket): Error | undefined {
  const protocol = (socket as Partial<TLSSocket>).alpnProtocol;
  if (protocol === undefined || protocol === null || protocol === ALPN_NAME) return undefined;
  const error: NodeJS.ErrnoException = new Error("the endpoint did not agree to HTTP/2 in the TLS handshake");
  error.code = "ERR_HTTP2_ALPN";
  return error;
}
