import { codec, type FrameParts, messageName } from "@pawl/protocol";

interface AnyCodec {
  readonly type: number;
  decode(payload: Uint8Array): unknown;
}

const codecs = new Map<number, AnyCodec>();
for (const candidate of Object.values(codec)) {
  if (typeof candidate === "object" && "type" in candidate) codecs.set(candidate.type, candidate as AnyCodec);
}

/** A command of the journal in a few words: its type, and what it is about. */
export function describeFrame({ type, payload }: FrameParts): string {
  try {
    return describeMessage(type, codecs.get(type)?.decode(payload));
  } catch {
    return messageName(type);
  }
}

export function describeMessage(type: number, message: unknown): string {
  const subject = subjectOf((message ?? {}) as Record<string, unknown>);
  return subject === undefined ? messageName(type) : `${messageName(type)} ${subject}`;
}

function subjectOf({ name, serviceName, handlerName, key }: Record<string, unknown>): string | undefined {
  if (name) return `'${name}'`;
  if (serviceName) return `of ${serviceName}/${key ? `${key}/` : ""}${handlerName}`;
  return key ? `'${key}'` : undefined;
}
