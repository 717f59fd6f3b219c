import type { InvokerContext } from "./context.js";
import * as failures from "./failures.js";
import type { Http2Attempt } from "./http2-attempt.js";
import { type ConnectionOwner, Http2Connection } from "./http2-connection.js";

/** So many connections in a row may be established and end before they take a stream; then those who wait fail. */
const MAX_FRUITLESS_CONNECTIONS = 6;

/**
 * The connections to one origin, and the attempts that wait for a stream on one of them. Attempts go to the first
 * connection with room: the more frames share a connection, the fewer system calls they take.
 */
export class Http2Pool implements ConnectionOwner {
  readonly #context: InvokerContext;
  readonly #base: URL;
  /** Those that take streams, or will. */
  readonly #connections: Http2Connection[] = [];
  /** Those and the ones that only finish what they have. */
  readonly #all = new Set<Http2Connection>();
  /** In order of arrival. */
  readonly #waiting = new Set<Http2Attempt>();
  /** Streams that the last connection allowed: what to expect of the next one. */
  #expectedCapacity: number;
  #fruitless = 0;

  constructor(context: InvokerContext, base: URL) {
    this.#context = context;
    this.#base = base;
    this.#expectedCapacity = context.limits.streamsPerConnection;
  }

  /** Opens the attempt's stream now or as soon as there is one. */
  enter(attempt: Http2Attempt): void {
    if (this.#waiting.size === 0) {
      for (const connection of this.#connections) {
        if (connection.room > 0) {
          attempt.open(connection);
          return;
        }
      }
    }
    if (this.#waiting.size >= this.#context.limits.waitingPerOrigin) {
      attempt.failLater(failures.tooManyWaiting(attempt.target.url, this.#waiting.size));
      return;
    }
    this.#waiting.add(attempt);
    this.#grow();
  }

  /** The attempt does not want a stream any more. */
  leave(attempt: Http2Attempt): void {
    this.#waiting.delete(attempt);
  }

  hasRoom(connection: Http2Connection): void {
    this.#expectedCapacity = connection.capacity;
    if (this.#waiting.size === 0) return;
    for (const attempt of this.#waiting) {
      if (connection.room <= 0) break;
      this.#waiting.delete(attempt);
      attempt.open(connection);
    }
    this.#grow();
  }

  retired(connection: Http2Connection, error: unknown): void {
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    if (this.#context.isClosed) return;
    if (connection.hasTakenStreams) this.#fruitless = 0;
    else if (connection.isEstablished) this.#fruitless++;
    if (connection.isEstablished && this.#fruitless <= MAX_FRUITLESS_CONNECTIONS) {
      this.#grow();
    } else if (this.#connections.length === 0) {
      this.#fruitless = 0;
      this.#failWaiting(error);
    }
  }

  closed(connection: Http2Connection): void {
    this.#all.delete(connection);
  }

  /** Tears down all connections; resolves when they are gone. */
  async destroy(): Promise<void> {
    this.#waiting.clear();
    const connections = [...this.#all];
    const closed = connections.map((connection) => connection.whenClosed());
    for (const connection of connections) connection.destroy("the server is shutting down");
    await Promise.all(closed);
  }

  #failWaiting(error: unknown): void {
    for (const attempt of this.#waiting) attempt.failLater(failures.unreachable(attempt.target.url, error));
    this.#waiting.clear();
  }

  /** Opens as many connections as those who wait will fill, within the limit. */
  #grow(): void {
    const { connectionsPerOrigin } = this.#context.limits;
    let expected = 0;
    for (const connection of this.#connections) {
      if (!connection.isEstablished) expected += this.#expectedCapacity;
    }
    while (expected < this.#waiting.size && this.#connections.length < connectionsPerOrigin) {
      let connection: Http2Connection;
      try {
        connection = new Http2Connection(this.#context, this.#base, this);
      } catch (error) {
        // Certificates that are none, for example.
        this.#failWaiting(error);
        return;
      }
      this.#connections.push(connection);
      this.#all.add(connection);
      expected += this.#expectedCapacity;
    }
  }
}
