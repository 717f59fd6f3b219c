import { ConnectionError } from "./connection-error.js";
import { ErrorCode } from "./error-codes.js";
import { FLOOD_BURST_FRAMES, FLOOD_FRAMES_PER_MS } from "./limits.js";

/** Bounds the frames that make work and carry nothing. Source: RFC 9113, section 10.5. */
export class FloodGuard {
  #budget = FLOOD_BURST_FRAMES;
  #filledAt = performance.now();

  /**
   * @param frames more than one for a frame that makes so much more work
   * @throws ConnectionError when there are too many
   */
  count(frames = 1): void {
    this.#budget -= frames;
    if (this.#budget >= 0) return;
    const now = performance.now();
    this.#budget += Math.floor((now - this.#filledAt) * FLOOD_FRAMES_PER_MS);
    this.#filledAt = now;
    if (this.#budget < 0) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "a flood of frames that carry nothing");
    }
    this.#budget = Math.min(this.#budget, FLOOD_BURST_FRAMES);
  }

  /** Something useful happened, after which so many more are in order. */
  credit(frames: number): void {
    this.#budget = Math.min(this.#budget + frames, FLOOD_BURST_FRAMES);
  }
}
