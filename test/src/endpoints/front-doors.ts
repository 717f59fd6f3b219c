/** What platforms put in front of a function: servers of Node that hand each request over as the platform does. */
import { once } from "node:events";
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { Server } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;
type Answer = (request: Incoming, response: Outgoing) => Promise<void>;

export interface FrontDoor {
  readonly uri: string;
  close(): void;
}

export type Protocol = "HTTP/1.1" | "HTTP/2";

async function open(protocol: Protocol, answer: Answer): Promise<FrontDoor> {
  const listener = (request: Incoming, response: Outgoing): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = protocol === "HTTP/2" ? createHttp2Server(listener) : createHttp1Server(listener);
  const sockets = new Set<{ destroy(): void }>();
  (server as Server).on("connection", (socket) => sockets.add(socket));
  (server as Server).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    uri: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** As Deno, Bun and Workers do: a Request in, a Response out, both with bodies that stream. */
export function fetchListener(
  handler: (request: Request, ...extraArgs: unknown[]) => Promise<Response>,
): Answer {
  return async (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const hasBody = request.method !== "GET";
    const answer = await handler(
      new Request(`http://platform${request.url}`, {
        method: request.method!,
        headers: Object.entries(request.headers).filter(([name]) => !name.startsWith(":")) as [
          string,
          string,
        ][],
        signal: gone.signal,
        ...(hasBody && { body: Readable.toWeb(request), duplex: "half" }),
      } as RequestInit),
      { platform: "fetch" },
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) response.end();
    else await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
  };
}

export function openFetchDoor(
  protocol: Protocol,
  handler: Parameters<typeof fetchListener>[0],
): Promise<FrontDoor> {
  return open(protocol, fetchListener(handler));
}

/** Versions of the payload that API Gateway gives a function. */
export type Payload = "1.0" | "2.0";

/** As API Gateway does: the whole request as one event in JSON, the whole answer as one object in JSON. */
export function lambdaListener(
  payload: Payload,
  handler: (event: unknown, context: unknown) => Promise<unknown>,
): Answer {
  return async (request, response) => {
    const path = request.url!;
    const event = {
      ...(payload === "1.0" ? { path, httpMethod: request.method } : { version: payload, rawPath: path }),
      headers: request.headers,
      body: (await buffer(request)).toString("base64"),
      isBase64Encoded: true,
    };
    const answer = await handler(JSON.parse(JSON.stringify(event)), { platform: "Lambda" });
    const { statusCode, headers, body, isBase64Encoded } = JSON.parse(JSON.stringify(answer));
    response.writeHead(statusCode, headers);
    response.end(Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
  };
}

export function openGateway(
  payload: Payload,
  handler: Parameters<typeof lambdaListener>[1],
): Promise<FrontDoor> {
  return open("HTTP/1.1", lambdaListener(payload, handler));
}
