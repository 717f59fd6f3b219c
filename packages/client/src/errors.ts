/** The answer was not a success. */
export class HttpCallError extends Error {
  override readonly name = "HttpCallError";

  constructor(
    /** The HTTP status: the code of the handler's TerminalError, or of the ingress' refusal. */
    readonly status: number,
    /** The body. */
    readonly responseText: string,
    message = `Request failed: ${status}\n${responseText}`,
  ) {
    super(message);
  }
}
