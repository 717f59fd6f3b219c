/** What a request to an endpoint is about. */
export type Route =
  | { readonly kind: "discover" }
  | { readonly kind: "health" }
  | { readonly kind: "invoke"; readonly service: string; readonly handler: string }
  | { readonly kind: "unknown" };

const UNKNOWN: Route = { kind: "unknown" };

/**
 * Reads the end of the path, so that an endpoint may be mounted below any prefix.
 * @param path with or without a query
 */
export function parseRoute(path: string): Route {
  const query = path.indexOf("?");
  const segments = (query < 0 ? path : path.slice(0, query)).split("/");
  const last = segments.at(-1)!;
  const service = segments.at(-2);
  if (segments.length >= 3 && segments.at(-3) === "invoke" && service !== undefined) {
    return { kind: "invoke", service: decode(service), handler: decode(last) };
  }
  if (last === "discover" || last === "health") return { kind: last };
  return UNKNOWN;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
