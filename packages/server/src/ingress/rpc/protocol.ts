/** How messages are written. */
export type Codec = "json" | "binary";

/** How a call is made, by its content type. */
export interface Protocol {
  readonly kind: "connect" | "connectStream" | "grpc" | "grpcWeb";
  readonly codec: Codec;
  /** Of the answer. */
  readonly contentType: string;
  /** gRPC-web-text: all bytes are base64. */
  readonly isText: boolean;
}

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  [
    ["application/json", "connect", "json"],
    ["application/proto", "connect", "binary"],
    ["application/protobuf", "connect", "binary"],
    ["application/connect+json", "connectStream", "json"],
    ["application/connect+proto", "connectStream", "binary"],
    ["application/grpc", "grpc", "binary"],
    ["application/grpc+proto", "grpc", "binary"],
    ["application/grpc+json", "grpc", "json"],
    ["application/grpc-web", "grpcWeb", "binary"],
    ["application/grpc-web+proto", "grpcWeb", "binary"],
    ["application/grpc-web+json", "grpcWeb", "json"],
    ["application/grpc-web-text", "grpcWeb", "binary"],
    ["application/grpc-web-text+proto", "grpcWeb", "binary"],
  ].map(([type, kind, codec]) => [
    type as string,
    {
      kind,
      codec,
      contentType: type === "application/protobuf" ? "application/proto" : type,
      isText: (type as string).includes("-text"),
    } as Protocol,
  ]),
);

/** What calls by GET are answered with. */
export const CONNECT_JSON = PROTOCOLS.get("application/json") as Protocol;
export const CONNECT_BINARY = PROTOCOLS.get("application/proto") as Protocol;

/** What a 415 names. */
export const CONTENT_TYPES = [...PROTOCOLS.keys()].join(", ");

/** Parameters of the content type play no part. undefined: no protocol that is spoken here. */
export function protocolOf(contentType: string | undefined): Protocol | undefined {
  if (contentType === undefined) return undefined;
  const exact = PROTOCOLS.get(contentType);
  if (exact !== undefined) return exact;
  const semicolon = contentType.indexOf(";");
  const type = semicolon < 0 ? contentType : contentType.slice(0, semicolon);
  return PROTOCOLS.get(type.trim().toLowerCase());
}

/** Whether a request says by its content type alone that it is a remote procedure call, whatever it calls. */
export function isRpcContentType(contentType: string | undefined): boolean {
  return (
    contentType !== undefined &&
    (contentType.startsWith("application/grpc") || contentType.startsWith("application/connect+"))
  );
}
