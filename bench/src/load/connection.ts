import { connect, type Socket } from "node:net";
import { ResponseParser } from "./response-parser.js";

/** One keep-alive connection with at most one request under way. */
export class Connection {
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  #onResponse: ((status: number, body: Buffer) => void) | undefined;
  #onError: ((error: Error) => void) | undefined;
  #broken: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#parser = new ResponseParser((status, body) => {
      const onResponse = this.#onResponse;
      if (onResponse === undefined) throw new Error("a response that nobody asked for");
      this.#onResponse = undefined;
      onResponse(status, body);
    });
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      try {
        this.#parser.push(chunk);
      } catch (error) {
        this.#fail(error as Error);
      }
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  static open(host: string, port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
      socket.once("error", reject);
    });
  }

  /** Exactly one of the two is called, once. @param request the whole request, in Latin-1 */
  send(
    request: string,
    onResponse: (status: number, body: Buffer) => void,
    onError: (error: Error) => void,
  ): void {
    if (this.#broken !== undefined) {
      onError(this.#broken);
      return;
    }
    this.#onResponse = onResponse;
    this.#onError = onError;
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#onResponse = undefined;
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    this.#socket.destroy();
    if (this.#onResponse === undefined) return;
    this.#onResponse = undefined;
    this.#onError?.(error);
  }
}
