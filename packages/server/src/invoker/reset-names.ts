import { constants } from "node:http2";

/** Error codes of RST_STREAM and GOAWAY. Source: RFC 9113, section 7. */
const NAMES = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

export function resetName(code: number): string {
  return NAMES[code] ?? `code ${code}`;
}

export const {
  NGHTTP2_NO_ERROR: NO_ERROR,
  NGHTTP2_REFUSED_STREAM: REFUSED_STREAM,
  NGHTTP2_CANCEL: CANCEL,
  NGHTTP2_ENHANCE_YOUR_CALM: ENHANCE_YOUR_CALM,
} = constants;
