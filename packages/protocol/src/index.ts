/** The wire between server and SDK as pure code: frames, messages, discovery manifest, ids. No IO, no dependencies. */

export { MAX_FUTURE_DEPTH } from "./codec/future.js";
export * as codec from "./codec/index.js";
export type { MessageCodec } from "./codec/message-codec.js";
export type { Codec } from "./codec.js";
export * from "./errors.js";
export * from "./frame-decoder.js";
export * from "./frame-writer.js";
export * from "./frames.js";
export * from "./ids.js";
export * from "./manifest.js";
export { parseManifest } from "./manifest-parse.js";
export * from "./message-types.js";
export * from "./messages.js";
export { partitionKeyOf } from "./partition-key.js";
export { MAX_REPEATED_ELEMENTS } from "./proto-reader.js";
export * from "./versions.js";
