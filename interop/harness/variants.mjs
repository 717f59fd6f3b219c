/**
 * One way to speak with an endpoint.
 *
 * @typedef {object} Variant
 * @property {5 | 6 | 7} protocol the highest version of the service protocol that the endpoint offers
 * @property {"bidi" | "request-response" | "http1"} transport HTTP/2 both ways at once; HTTP/2, first the request and then
 *   the answer; the same over HTTP/1.1
 * @property {5 | 6 | 7} [spoken] the version that the server picks; default: the highest offered
 * @property {string} [label] tells apart endpoints of the same services
 * @property {"fetch" | "lambda"} [platform] the SDK as a handler of Request and Response, or of events behind a gateway (which
 *   needs transport http1); default: as a listener of Node's servers
 * @property {boolean} [isBuilt] whether the endpoint is built step by step, with a codec for all values, a default serde and hook
 * @property {string[]} [identityKeys] of servers that an endpoint that is built answers, and nobody else
 * @property {boolean} [isSuspending] whether every handler is asked to suspend as soon as it waits for something
 */

/** The variant as it is written in names of services, which must differ on one server. */
export function suffixOf({ protocol, transport, isSuspending }) {
  return `_v${protocol}_${transport.replace("-", "_")}${isSuspending ? "_suspending" : ""}`;
}

/** The variants that are tested: each version, and each transport at least once. */
export const VARIANTS = [
  { protocol: 7, transport: "bidi" },
  { protocol: 6, transport: "bidi" },
  { protocol: 5, transport: "bidi" },
  { protocol: 7, transport: "bidi", isSuspending: true },
  { protocol: 6, transport: "bidi", isSuspending: true },
  { protocol: 7, transport: "http1" },
  { protocol: 6, transport: "request-response" },
];
