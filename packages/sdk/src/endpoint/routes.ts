import type { PreviewOperation } from "./serde-previews.js";

/** What a request to an endpoint is about. */
export type Route =
  | { readonly kind: "discover" }
  | { readonly kind: "health" }
  | { readonly kind: "invoke"; readonly service: string; readonly handler: string }
  | {
      readonly kind: "preview";
      readonly service: string;
      readonly operation: PreviewOperation;
      /** May have slashes: `greet/input`. */
      readonly serde: string;
    }
  | { readonly kind: "unknown" };

const UNKNOWN: Route = { kind: "unknown" };

/**
 * Reads the end of the path, so that an endpoint may be mounted below any prefix.
 * @param path with or without a query
 */
export function parseRoute(path: string): Route {
  const query = path.indexOf("?");
  const segments = (query < 0 ? path : path.slice(0, query)).split("/");
  const preview = parsePreview(segments);
  if (preview !== undefined) return preview;
  const last = segments.at(-1)!;
  const service = segments.at(-2);
  if (segments.length >= 3 && segments.at(-3) === "invoke" && service !== undefined) {
    return { kind: "invoke", service: decode(service), handler: decode(last) };
  }
  if (last === "discover" || last === "health") return { kind: last };
  return UNKNOWN;
}

/** `serdes/{service}/{encode|decode}/{name}`: the one route whose end has any number of segments. */
function parsePreview(segments: readonly string[]): Route | undefined {
  const start = segments.indexOf("serdes");
  if (start < 0) return undefined;
  const [service, operation, ...name] = segments.slice(start + 1);
  if (service === undefined || (operation !== "encode" && operation !== "decode")) return undefined;
  if (name.at(-1) === "") name.pop();
  if (name.length === 0) return undefined;
  return { kind: "preview", service: decode(service), operation, serde: decode(name.join("/")) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
