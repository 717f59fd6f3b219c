/** The whole text of a POST with JSON. Everything in it must be ASCII, so that characters are bytes. */
export function post(path: string, body: string, extraHeaders = ""): string {
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${extraHeaders}content-length: ${body.length}\r\n\r\n${body}`;
}
