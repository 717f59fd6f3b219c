import { type Serde, serde } from "../../serde.js";

const MARK = "BIGINT::";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** JSON in which a BigInt is the text `BIGINT::` and its digits: state and side effects of protobuf services. */
export const bigintJson: Serde<unknown> = {
  contentType: "application/json",
  serialize: (value) => (value === undefined ? serde.empty.serialize() : encoder.encode(write(value))),
  deserialize: (data) => (data.length === 0 ? undefined : JSON.parse(decoder.decode(data), read)),
};

const write = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${MARK}${part}` : part));

const BIGINT = new RegExp(`^${MARK}-?\\d+$`);

function read(_: string, part: unknown): unknown {
  return typeof part === "string" && BIGINT.test(part) ? BigInt(part.slice(MARK.length)) : part;
}
