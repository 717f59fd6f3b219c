/** One codec per message, named as the message. */
export * from "./call-commands.js";
export * from "./commands.js";
export * from "./control.js";
export { Future, MAX_FUTURE_DEPTH } from "./future.js";
export type { MessageCodec } from "./message-codec.js";
export { Notification } from "./notification.js";
export * from "./promise-commands.js";
export * from "./state-commands.js";
