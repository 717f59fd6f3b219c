import { zstd } from "@pawl/protocol/zstd";
import { AwsError } from "./errors.js";

/** A request to an endpoint, which goes into a function as an event. */
export interface FunctionRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface FunctionAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How large bodies are made smaller. */
export type Compression = "zstd";

/**
 * The event, as JSON: the fields that API Gateway's events share with those of Restate's server. Source: Restate 1.7 as
 * observed, docs/compatibility.md
 * @param compression what the function takes
 * @param threshold bodies of so many bytes are compressed
 */
export function lambdaEvent(
  { method, path, headers, body }: FunctionRequest,
  compression: Compression | null,
  threshold: number,
): string {
  const packer = compression === "zstd" ? zstd : undefined;
  const isPacked = packer !== undefined && body.length >= threshold;
  const sent = isPacked ? packer.compress(body) : body;
  return JSON.stringify({
    path,
    httpMethod: method,
    headers: {
      ...headers,
      ...(packer && { "accept-encoding": "zstd" }),
      ...(isPacked && { "content-encoding": "zstd" }),
    },
    body: Buffer.from(sent.buffer, sent.byteOffset, sent.length).toString("base64"),
    isBase64Encoded: true,
  });
}

/** @throws AwsError `function` when it is not what an endpoint answers */
export function parseLambdaAnswer(payload: Buffer): FunctionAnswer {
  const answer = parse(payload);
  const { statusCode, headers: given, body = "", isBase64Encoded } = answer;
  if (typeof statusCode !== "number" || !Number.isInteger(statusCode)) throw notAnEndpoint("no statusCode");
  if (typeof body !== "string") throw notAnEndpoint("a body that is no text");
  const headers = lowerCase(given);
  const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
  return { status: statusCode, headers, body: unpack(bytes, headers["content-encoding"]) };
}

interface Answer {
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function parse(payload: Buffer): Answer {
  try {
    const answer: unknown = JSON.parse(payload.toString("utf8"));
    if (typeof answer === "object" && answer !== null) return answer;
  } catch {
    // Said below.
  }
  throw notAnEndpoint("no JSON object");
}

function lowerCase(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  const texts = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value]));
}

function unpack(body: Buffer, encoding: string | undefined): Uint8Array {
  if (encoding === undefined || encoding === "identity") return body;
  if (encoding !== "zstd" || zstd === undefined) throw notAnEndpoint(`the content-encoding ${encoding}`);
  try {
    return zstd.decompress(body);
  } catch (error) {
    throw notAnEndpoint(`a body that cannot be unpacked (${(error as Error).message})`);
  }
}

function notAnEndpoint(what: string): AwsError {
  return new AwsError("function", `its answer is not that of an SDK's Lambda handler: it has ${what}`);
}
