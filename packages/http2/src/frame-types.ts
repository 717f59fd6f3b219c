/** Frame types, flags and settings by number. Sources: RFC 9113, sections 6 and 6.5.2. */
export const FrameType = {
  Data: 0x0,
  Headers: 0x1,
  Priority: 0x2,
  RstStream: 0x3,
  Settings: 0x4,
  PushPromise: 0x5,
  Ping: 0x6,
  GoAway: 0x7,
  WindowUpdate: 0x8,
  Continuation: 0x9,
} as const;

export const Flag = {
  EndStream: 0x1,
  Ack: 0x1,
  EndHeaders: 0x4,
  Padded: 0x8,
  Priority: 0x20,
} as const;

export const SettingId = {
  HeaderTableSize: 0x1,
  EnablePush: 0x2,
  MaxConcurrentStreams: 0x3,
  InitialWindowSize: 0x4,
  MaxFrameSize: 0x5,
  MaxHeaderListSize: 0x6,
} as const;

export const FRAME_HEADER_BYTES = 9;
export const SETTING_BYTES = 6;
export const PING_BYTES = 8;
export const PRIORITY_BYTES = 5;
/** What a client begins with. Source: RFC 9113, section 3.4. */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** Windows and stream ids are numbers of 31 bits. */
export const MAX_31_BITS = 0x7fffffff;
/** Before a peer's settings say otherwise. Source: RFC 9113, section 6.5.2. */
export const DEFAULT_WINDOW_BYTES = 65_535;
export const DEFAULT_FRAME_BYTES = 16_384;
export const LARGEST_FRAME_BYTES = 16_777_215;
export const DEFAULT_HEADER_TABLE_BYTES = 4096;
