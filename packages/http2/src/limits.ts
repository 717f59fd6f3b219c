/** What the peer may send on one stream, and on all of them together, before it is read. */
export const STREAM_WINDOW_BYTES = 2 * 1024 * 1024;
export const CONNECTION_WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Streams that a client may have open at the same time. More than the attempts that a server has under way with one
 * endpoint: what it cannot open waits there, and may be what others wait for.
 */
export const MAX_CONCURRENT_STREAMS = 65_536;

/** The largest frame that we send to peers that take larger ones: how long the others' frames wait behind it. */
export const MAX_SENT_FRAME_BYTES = 64 * 1024;
/** How much goes to the socket at once; what is left waits in its stream for the next turn. */
export const TURN_BYTES = 256 * 1024;

/** Heads and control frames that wait for a peer that makes us send them and reads none. DATA waits in its streams. */
export const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** A header block in all its frames, encoded; and the fields in it, as RFC 9113, section 6.5.2, counts them. */
export const MAX_HEADER_BLOCK_BYTES = 64 * 1024;
export const MAX_HEADER_LIST_BYTES = 64 * 1024;
/** CONTINUATION frames of one header block: empty ones would never reach the bound on bytes. */
export const MAX_CONTINUATIONS = 64;

/**
 * Frames that make work and carry nothing (PING, SETTINGS, empty DATA, ...): so many at once and so many per millisecond,
 * and some more for each stream and each DATA frame, which peers answer with WINDOW_UPDATEs and PINGs.
 */
export const FLOOD_BURST_FRAMES = 10_000;
export const FLOOD_FRAMES_PER_MS = 1;
export const FLOOD_FRAMES_PER_STREAM = 16;
export const FLOOD_FRAMES_PER_DATA = 4;
/** SETTINGS that change the windows of all open streams count once more for so many of them. */
export const FLOOD_WINDOWS_PER_FRAME = 64;
