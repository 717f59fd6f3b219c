import { closing } from "../access/entry.js";
import type { Exchange, HttpRequest } from "../http/exchange.js";
import { IngressError, sendError } from "./answer.js";
import { type Protocol, protocolOf } from "./rpc/protocol.js";
import { Code, RpcError } from "./rpc/rpc-error.js";
import { sendReply } from "./rpc/send.js";
import { wireOf } from "./rpc/wire.js";

const MESSAGE = "this server asks for a token: send the header authorization: Bearer <token>";
const CHALLENGE = { "www-authenticate": 'Bearer realm="pawl"' };

/** The token was for the ingress: it must not reach a handler, and so a journal. */
export function removeToken(request: HttpRequest): void {
  const raw = request.rawHeaders as string[];
  for (let i = raw.length - 2; i >= 0; i -= 2) {
    if (raw[i]?.toLowerCase() === "authorization") raw.splice(i, 2);
  }
}

/** Answers in the words of the protocol that the head of the request speaks. */
export function refuseEntry(exchange: Exchange): void {
  const { request } = exchange;
  request.resume();
  const protocol = spokenProtocol(request);
  if (protocol !== undefined) {
    const error = new RpcError(Code.Unauthenticated, MESSAGE, CHALLENGE);
    sendReply(exchange, wireOf(protocol).error(protocol, error, closing(request)));
    return;
  }
  sendError(exchange, new IngressError(401, MESSAGE, { ...CHALLENGE, ...closing(request) }));
}

/** Calls with plain JSON are Connect's only when they say so: others know no codes by name. */
function spokenProtocol({ headers }: HttpRequest): Protocol | undefined {
  const protocol = protocolOf(headers["content-type"]);
  const isPlain = protocol?.kind === "connect" && protocol.codec === "json";
  return isPlain && headers["connect-protocol-version"] === undefined ? undefined : protocol;
}
