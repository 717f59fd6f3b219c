export interface Flushable {
  flush(): void;
}

/** Runs `flush` once for each object that was added since, after the code that is running now: many frames, one write. */
export class Flusher {
  #dirty: Flushable[] = [];

  /** An object that is added twice is flushed twice: whoever adds itself keeps track. */
  add(object: Flushable): void {
    // Not a timer nor an immediate: HTTP/2 connections write to their sockets in the immediate that follows.
    if (this.#dirty.push(object) === 1) process.nextTick(flushAll, this);
  }

  run(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const object of dirty) object.flush();
  }
}

function flushAll(flusher: Flusher): void {
  flusher.run();
}
