import { ConnectionError } from "./connection-error.js";
import { ErrorCode } from "./error-codes.js";
import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_HEADER_TABLE_BYTES,
  DEFAULT_WINDOW_BYTES,
  LARGEST_FRAME_BYTES,
  MAX_31_BITS,
  SETTING_BYTES,
  SettingId,
} from "./frame-types.js";

/** What the peer allows, as far as it matters here. Source: RFC 9113, section 6.5.2. */
export class PeerSettings {
  headerTableBytes = DEFAULT_HEADER_TABLE_BYTES;
  maxConcurrentStreams = Number.POSITIVE_INFINITY;
  initialWindowBytes = DEFAULT_WINDOW_BYTES;
  maxFrameBytes = DEFAULT_FRAME_BYTES;
  readonly #maxEnablePush: number;

  /** @param isClient only clients may take pushes */
  constructor(isClient: boolean) {
    this.#maxEnablePush = isClient ? 1 : 0;
  }

  /** Applies the payload of a SETTINGS frame. @throws ConnectionError */
  read(bytes: Buffer, start: number, end: number): void {
    if ((end - start) % SETTING_BYTES !== 0) {
      throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS with a part of a setting");
    }
    for (let at = start; at < end; at += SETTING_BYTES) {
      this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    }
  }

  #set(id: number, value: number): void {
    switch (id) {
      case SettingId.HeaderTableSize:
        this.headerTableBytes = value;
        return;
      case SettingId.EnablePush:
        if (value > this.#maxEnablePush) throw unusable(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH", value);
        return;
      case SettingId.MaxConcurrentStreams:
        this.maxConcurrentStreams = value;
        return;
      case SettingId.InitialWindowSize:
        if (value > MAX_31_BITS) throw unusable(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE", value);
        this.initialWindowBytes = value;
        return;
      case SettingId.MaxFrameSize:
        if (value < DEFAULT_FRAME_BYTES || value > LARGEST_FRAME_BYTES) {
          throw unusable(ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE", value);
        }
        this.maxFrameBytes = value;
        return;
    }
  }
}

function unusable(code: ErrorCode, name: string, value: number): ConnectionError {
  return new ConnectionError(code, `SETTINGS with ${name} ${value}`);
}
