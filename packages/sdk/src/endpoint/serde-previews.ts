import type { Handler } from "../definitions/handler.js";
import type { BoundService } from "../definitions/service.js";
import type { Serde, SerdePreview } from "../serde.js";

/** Under this and the serde's name a service's metadata says that it has a preview (Restate 1.7 as observed). */
const METADATA_PREFIX = "dev.restate.serde.preview";

/** The official server takes no larger bodies unless configured otherwise. */
export const MAX_PREVIEW_BODY_BYTES = 32 * 1024 * 1024;

/** `decode`: bytes to JSON. `encode`: JSON to bytes. */
export type PreviewOperation = "decode" | "encode";

/** The serdes of a service that have a preview, by the name that tools know them by: `<handler>/input`, `<handler>/output`. */
export type SerdePreviews = ReadonlyMap<string, PreviewedSerde>;
type PreviewedSerde = Serde<unknown> & { readonly preview: SerdePreview<unknown> };

export function previewsOf(
  service: BoundService,
  defaultSerdeOf: (service: BoundService, handler: Handler) => Serde<unknown>,
): SerdePreviews {
  const previews = new Map<string, PreviewedSerde>();
  for (const [name, handler] of service.handlers) {
    const { input, output } = handler.options;
    const defaultSerde = defaultSerdeOf(service, handler);
    for (const [side, serde] of Object.entries({
      input: input ?? defaultSerde,
      output: output ?? defaultSerde,
    })) {
      if (hasPreview(serde)) previews.set(`${name}/${side}`, serde);
    }
  }
  return previews;
}

const hasPreview = (serde: Serde<unknown>): serde is PreviewedSerde => serde.preview !== undefined;

/** What discovery says about them. */
export function previewMetadata(previews: SerdePreviews): Record<string, string> {
  return Object.fromEntries(Array.from(previews.keys(), (name) => [`${METADATA_PREFIX}.${name}`, "true"]));
}

/** Bytes for people, or bytes that people wrote. @throws if the body is not what the operation takes */
export async function convert(
  serde: PreviewedSerde,
  operation: PreviewOperation,
  body: Uint8Array,
): Promise<{ contentType: string; body: Uint8Array }> {
  const { preview } = serde;
  if (operation === "decode") {
    const json = await preview.toJsonString(serde.deserialize(body));
    return { contentType: "application/json", body: new TextEncoder().encode(json) };
  }
  const value = await preview.fromJsonString(new TextDecoder().decode(body));
  return { contentType: serde.contentType ?? "application/octet-stream", body: serde.serialize(value) };
}
