/** @pawl/testing: a server inside of a test, with its handlers, its time and its crashes in the test's hands. */

export { TestEnvironment, type TestEnvironmentOptions } from "./environment.js";
export { Journal, type RecordedJournal } from "./journal/journal.js";
export type { ReadableBytes, ReadableEntry } from "./journal/readable.js";
export { JournalMismatchError, type ReplayOptions, type ReplayResult, replay } from "./journal/replay.js";
export { RestateTestEnvironment, type RestateTestEnvironmentOptions } from "./restate.js";
export { StateProxy } from "./state-proxy.js";
export type { Step } from "./world/crash-point.js";
