import { MessageType } from "./messages.js";

const names = new Map<number, string>(Object.entries(MessageType).map(([name, type]) => [type, name]));

/** "Run", "SleepCompletion", ...; "0x1234" for a type that this protocol does not know. */
export function messageName(type: number): string {
  return names.get(type) ?? `0x${type.toString(16).padStart(4, "0")}`;
}

/** Whether this protocol knows the type. */
export function isKnownType(type: number): type is MessageType {
  return names.has(type);
}

/** 0x0000 to 0x03ff: about the stream itself, never in the journal. */
export function isControl(type: number): boolean {
  return type >= 0x0000 && type <= 0x03ff;
}

/** 0x0400 to 0x7fff. */
export function isCommand(type: number): boolean {
  return type >= 0x0400 && type <= 0x7fff;
}

/** 0x8000 to 0xfbff. Above lie custom entries, which the official server does not take. */
export function isNotification(type: number): boolean {
  return type >= 0x8000 && type <= 0xfbff;
}

/** The types of the completions that a command may get: for a call its invocation id first, then its result. */
const completions = new Map<number, readonly number[]>([
  [MessageType.GetLazyState, [MessageType.GetLazyStateCompletion]],
  [MessageType.GetLazyStateKeys, [MessageType.GetLazyStateKeysCompletion]],
  [MessageType.GetPromise, [MessageType.GetPromiseCompletion]],
  [MessageType.PeekPromise, [MessageType.PeekPromiseCompletion]],
  [MessageType.CompletePromise, [MessageType.CompletePromiseCompletion]],
  [MessageType.Sleep, [MessageType.SleepCompletion]],
  [MessageType.Call, [MessageType.CallInvocationIdCompletion, MessageType.CallCompletion]],
  [MessageType.OneWayCall, [MessageType.CallInvocationIdCompletion]],
  [MessageType.Run, [MessageType.RunCompletion]],
  [MessageType.AttachInvocation, [MessageType.AttachInvocationCompletion]],
  [MessageType.GetInvocationOutput, [MessageType.GetInvocationOutputCompletion]],
]);
const NONE: readonly number[] = [];

/** The notification types that answer a command, in the order of their completion ids; none for the others. */
export function notificationTypesOf(commandType: number): readonly number[] {
  return completions.get(commandType) ?? NONE;
}

/** The type of the notification that carries a command's result; undefined when it has none. A one-way call's is its id. */
export function notificationTypeOf(commandType: number): number | undefined {
  return notificationTypesOf(commandType).at(-1);
}
