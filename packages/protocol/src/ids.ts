import { base62Digits, decodeBase62, encodeBase62 } from "./base62.js";
import { base64UrlDecode, base64UrlEncode } from "./base64url.js";
import { ProtocolError } from "./errors.js";
import { asciiText } from "./text.js";

/**
 * Ids as bytes and as texts. A text is `<prefix>_1<digits>`: 1 is the version of the scheme, the digits are fixed-width
 * base62 (see base62.ts), 11 for 8 bytes and 22 for 16 bytes. Source: Restate 1.7 as observed, docs/compatibility.md, checked against the official server.
 */

/** 24 bytes: the partition key (u64), then a uuid (u128), both big endian. This is `Start.id`. */
export type InvocationIdBytes = Uint8Array;

export const INVOCATION_ID_BYTES = 24;
export const PARTITION_KEY_BYTES = 8;
export const UUID_BYTES = 16;

const SCHEME_VERSION = "1";
/** Longer texts are cut in error messages: they come from strangers. */
const SHOWN_CHARACTERS = 80;

const INVOCATION_PREFIX = "inv_1";
const INVOCATION_TEXT_LENGTH = INVOCATION_PREFIX.length + 11 + 22;
const invocationText = new Uint8Array(INVOCATION_TEXT_LENGTH);
for (let i = 0; i < INVOCATION_PREFIX.length; i++) invocationText[i] = INVOCATION_PREFIX.charCodeAt(i);

function badId(text: string, problem: string): ProtocolError {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  return new ProtocolError("bad-id", `${JSON.stringify(shown)}: ${problem}`);
}

function checkLength(what: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) {
    throw new ProtocolError("bad-id", `${what}: ${bytes.length} bytes instead of ${expected}`);
  }
}

/**
 * `inv_1` and 33 digits. The first 16 characters depend on the partition key only.
 * @throws ProtocolError "bad-id" when `id` has not 24 bytes
 */
export function formatInvocationId(id: InvocationIdBytes): string {
  checkLength("invocation id", id, INVOCATION_ID_BYTES);
  encodeBase62(id, 0, 8, invocationText, 5);
  encodeBase62(id, 8, 16, invocationText, 16);
  return asciiText(invocationText);
}

/** @throws ProtocolError "bad-id" on any text that `formatInvocationId` cannot have made */
export function parseInvocationId(text: string): InvocationIdBytes {
  if (!text.startsWith(INVOCATION_PREFIX))
    throw badId(text, `an invocation id starts with "${INVOCATION_PREFIX}"`);
  if (text.length !== INVOCATION_TEXT_LENGTH) {
    throw badId(text, `an invocation id has ${INVOCATION_TEXT_LENGTH} characters`);
  }
  const id = new Uint8Array(INVOCATION_ID_BYTES);
  decodeBase62(text, 5, 8, id, 0);
  decodeBase62(text, 16, 16, id, 8);
  return id;
}

/** @throws ProtocolError "bad-id" when a part has not its length (8 and 16 bytes) */
export function makeInvocationId(partitionKey: Uint8Array, uuid: Uint8Array): InvocationIdBytes {
  checkLength("partition key", partitionKey, PARTITION_KEY_BYTES);
  checkLength("uuid", uuid, UUID_BYTES);
  const id = new Uint8Array(INVOCATION_ID_BYTES);
  id.set(partitionKey);
  id.set(uuid, PARTITION_KEY_BYTES);
  return id;
}

/** The prefixes of ids that are numbers. Awakeables (`sign`, `prom`) are base64url; see `formatAwakeableId`. */
export const ResourcePrefix = {
  Invocation: "inv",
  Deployment: "dp",
  Subscription: "sub",
  Snapshot: "snap",
  StateMutation: "mut",
} as const;

/**
 * `<prefix>_1<digits>` for ids of 8 bytes, 16 bytes, or 24 bytes (8, then 16).
 * @throws ProtocolError "bad-id" on other lengths
 */
export function formatResourceId(prefix: string, bytes: Uint8Array): string {
  const head = `${prefix}_${SCHEME_VERSION}`;
  switch (bytes.length) {
    case 8:
    case 16:
      return head + digitsOf(bytes, 0, bytes.length);
    case 24:
      return head + digitsOf(bytes, 0, 8) + digitsOf(bytes, 8, 16);
    default:
      throw new ProtocolError("bad-id", `${prefix} id: ${bytes.length} bytes instead of 8, 16 or 24`);
  }
}

function digitsOf(bytes: Uint8Array, start: number, byteCount: 8 | 16): string {
  const digits = new Uint8Array(base62Digits(byteCount));
  encodeBase62(bytes, start, byteCount, digits, 0);
  return asciiText(digits);
}

/**
 * The bytes of an id with this prefix: 8, 16 or 24, by the text's length.
 * @throws ProtocolError "bad-id"
 */
export function parseResourceId(prefix: string, text: string): Uint8Array {
  const head = `${prefix}_${SCHEME_VERSION}`;
  if (!text.startsWith(head)) throw badId(text, `the id starts with "${head}"`);
  const at = head.length;
  switch (text.length - at) {
    case 11: {
      const bytes = new Uint8Array(8);
      decodeBase62(text, at, 8, bytes, 0);
      return bytes;
    }
    case 22: {
      const bytes = new Uint8Array(16);
      decodeBase62(text, at, 16, bytes, 0);
      return bytes;
    }
    case 33: {
      const bytes = new Uint8Array(24);
      decodeBase62(text, at, 8, bytes, 0);
      decodeBase62(text, at + 11, 16, bytes, 8);
      return bytes;
    }
    default:
      throw badId(text, `after "${head}" come 11, 22 or 33 characters`);
  }
}

/** `dp_1` and 22 digits. @throws ProtocolError "bad-id" when `id` has not 16 bytes */
export function formatDeploymentId(id: Uint8Array): string {
  checkLength("deployment id", id, UUID_BYTES);
  return formatResourceId(ResourcePrefix.Deployment, id);
}

/** 16 bytes. @throws ProtocolError "bad-id" */
export function parseDeploymentId(text: string): Uint8Array {
  const id = parseResourceId(ResourcePrefix.Deployment, text);
  if (id.length !== UUID_BYTES) throw badId(text, "a deployment id has 26 characters");
  return id;
}

/**
 * A ULID: 48 bits of time, 80 bits of randomness, big endian; later ones sort after earlier ones.
 * @param nowMs unix milliseconds
 * @param random 10 bytes
 * @throws ProtocolError "out-of-range" on a time beyond 48 bits, "bad-id" on a wrong number of random bytes
 */
export function newUlid(nowMs: number, random: Uint8Array): Uint8Array {
  checkLength("ulid randomness", random, 10);
  if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs >= 2 ** 48) {
    throw new ProtocolError("out-of-range", `a ulid's time is 48 bits of milliseconds, not ${nowMs}`);
  }
  const ulid = new Uint8Array(UUID_BYTES);
  const high = Math.floor(nowMs / 0x1_0000_0000);
  const low = nowMs >>> 0;
  ulid[0] = high >>> 8;
  ulid[1] = high;
  ulid[2] = low >>> 24;
  ulid[3] = low >>> 16;
  ulid[4] = low >>> 8;
  ulid[5] = low;
  ulid.set(random, 6);
  return ulid;
}

export interface AwakeableId {
  readonly invocationId: InvocationIdBytes;
  /** Of a legacy id: the index of its journal entry. */
  readonly signalIndex: number;
  /** `prom_1...`, as SDKs of protocol 3 and older make them. */
  readonly legacy: boolean;
}

const AWAKEABLE_PREFIX = "sign_1";
const LEGACY_AWAKEABLE_PREFIX = "prom_1";
const AWAKEABLE_BYTES = INVOCATION_ID_BYTES + 4;

/**
 * `sign_1` and base64url without padding of the invocation id's bytes and the index as u32, big endian.
 * @throws ProtocolError "bad-id" when the id has not 24 bytes, "out-of-range" when the index is no u32
 */
export function formatAwakeableId(invocationId: InvocationIdBytes, signalIndex: number): string {
  checkLength("invocation id", invocationId, INVOCATION_ID_BYTES);
  if (signalIndex >>> 0 !== signalIndex) {
    throw new ProtocolError("out-of-range", `a signal index is a u32, not ${signalIndex}`);
  }
  const bytes = new Uint8Array(AWAKEABLE_BYTES);
  bytes.set(invocationId);
  bytes[24] = signalIndex >>> 24;
  bytes[25] = signalIndex >>> 16;
  bytes[26] = signalIndex >>> 8;
  bytes[27] = signalIndex;
  return AWAKEABLE_PREFIX + base64UrlEncode(bytes);
}

/** Takes base64 padding, too, as the official server does. @throws ProtocolError "bad-id" */
export function parseAwakeableId(text: string): AwakeableId {
  const legacy = text.startsWith(LEGACY_AWAKEABLE_PREFIX);
  if (!legacy && !text.startsWith(AWAKEABLE_PREFIX)) {
    throw badId(text, `an awakeable id starts with "${AWAKEABLE_PREFIX}" or "${LEGACY_AWAKEABLE_PREFIX}"`);
  }
  // Both prefixes have the same length.
  const bytes = base64UrlDecode(text.slice(AWAKEABLE_PREFIX.length), AWAKEABLE_BYTES);
  if (bytes === undefined) throw badId(text, `an awakeable id holds ${AWAKEABLE_BYTES} bytes as base64url`);
  const signalIndex = ((bytes[24]! << 24) | (bytes[25]! << 16) | (bytes[26]! << 8) | bytes[27]!) >>> 0;
  return { invocationId: bytes.slice(0, INVOCATION_ID_BYTES), signalIndex, legacy };
}
