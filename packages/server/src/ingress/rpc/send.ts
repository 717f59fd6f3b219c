import type { OutgoingHttpHeaders } from "node:http";
import type { Exchange } from "../../http/exchange.js";
import { corsHeaders } from "../answer.js";
import type { Reply } from "./wire.js";

/** Writes an answer, over HTTP/1.1 or HTTP/2. */
export function sendReply({ request, response }: Exchange, reply: Reply): void {
  if (response.destroyed) return;
  const { status, headers, exposed, body, trailers } = reply;
  const all: OutgoingHttpHeaders = { ...headers, ...corsHeaders(request, exposed) };
  // In HTTP/1.1 trailers need chunks, and chunks have no length.
  if (trailers === null) all["content-length"] = body.byteLength;
  else if (request.httpVersionMajor === 1) all.trailer = Object.keys(trailers).join(", ");
  // Streams of HTTP/2 end alone.
  if (request.httpVersionMajor > 1) delete all.connection;
  response.writeHead(status, all);
  if (trailers !== null) {
    if (body.byteLength > 0) response.write(body);
    response.addTrailers(trailers);
    response.end();
  } else if (body.byteLength > 0) response.end(body);
  else response.end();
}
