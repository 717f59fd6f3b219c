import { codec, isNotification, type MessageCodec, messageName } from "@pawl/protocol";

/** Bytes in JSON: as text where they are text. */
export type ReadableBytes = { readonly utf8: string } | { readonly base64: string };

/**
 * One entry of a journal in JSON: `message` is its kind (`Run`, `RunCompletion`, ...), the other fields are those of the
 * service protocol's message, with bytes as `ReadableBytes`.
 */
export interface ReadableEntry {
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface RawEntry {
  readonly type: number;
  readonly payload: Uint8Array;
}

const codecs = new Map<string, MessageCodec<object>>();
for (const each of Object.values(codec)) {
  if (typeof each === "object" && "type" in each) codecs.set(each.name, each as MessageCodec<object>);
}

function codecOf(type: number): MessageCodec<object> {
  const found = isNotification(type) ? codec.Notification : codecs.get(messageName(type));
  if (found === undefined) throw new TypeError(`messages of type ${messageName(type)} are not known here`);
  return found as MessageCodec<object>;
}

export function toReadable({ type, payload }: RawEntry): ReadableEntry {
  const fields = mapBytes(codecOf(type).decode(payload), (bytes) => toReadableBytes(bytes)) as object;
  return { message: messageName(type), ...fields };
}

/** @throws TypeError when it is no entry of a journal */
export function fromReadable({ message, ...fields }: ReadableEntry): RawEntry {
  const type = typeOf(message);
  return { type, payload: codecOf(type).encode(fromReadableBytes(fields) as object) };
}

const FIRST_COMMAND = 0x0400;
const LAST_NOTIFICATION = 0xfbff;
const types = new Map<string, number>();

function typeOf(message: string): number {
  if (types.size === 0) {
    for (let type = FIRST_COMMAND; type <= LAST_NOTIFICATION; type++) types.set(messageName(type), type);
  }
  const type = types.get(message);
  if (type === undefined || message.startsWith("0x")) {
    throw new TypeError(`'${message}' is no kind of journal entry`);
  }
  return type;
}

const strictText = new TextDecoder("utf-8", { fatal: true });

export function toReadableBytes(bytes: Uint8Array): ReadableBytes {
  try {
    return { utf8: strictText.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}

function mapBytes(value: unknown, map: (bytes: Uint8Array) => unknown): unknown {
  if (value instanceof Uint8Array) return map(value);
  if (Array.isArray(value)) return value.map((each) => mapBytes(each, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapBytes(each, map)]));
}

function fromReadableBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromReadableBytes);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value);
  const [name, content] = fields[0] ?? [];
  if (fields.length === 1 && typeof content === "string") {
    if (name === "utf8") return new TextEncoder().encode(content);
    if (name === "base64") return new Uint8Array(Buffer.from(content, "base64"));
  }
  return Object.fromEntries(fields.map(([field, each]) => [field, fromReadableBytes(each)]));
}
