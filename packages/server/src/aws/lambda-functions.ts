import { Credentials, type CredentialsOptions } from "./credentials.js";
import { apiOrigin, type Environment } from "./endpoints.js";
import { AwsError, type AwsErrorKind } from "./errors.js";
import { parseFunctionArn } from "./function-arn.js";
import {
  type Compression,
  type FunctionAnswer,
  type FunctionRequest,
  lambdaEvent,
  parseLambdaAnswer,
} from "./lambda-event.js";
import { type AwsAnswer, SignedRequests } from "./signed-request.js";

/** A function, and how it wants to be called. */
export interface FunctionTarget {
  /** With a qualifier. */
  readonly arn: string;
  /** The role in whose name it is invoked; null: that of the server. */
  readonly assumeRoleArn: string | null;
  readonly compression: Compression | null;
}

export interface LambdaFunctionsOptions extends Partial<CredentialsOptions> {
  /** Bodies of so many bytes are compressed for functions that take it. Default: 4 MiB. */
  readonly compressionThreshold?: number;
  /** Until a connection to AWS is usable, milliseconds. Default: 10 s. */
  readonly connectTimeoutMs?: number;
}

const COMPRESSION_THRESHOLD = 4 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** How much of what a function or AWS said an error message shows. */
const SHOWN_CHARACTERS = 300;

/** AWS Lambda's API for invocations. Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export class LambdaFunctions {
  readonly #environment: Environment;
  readonly #compressionThreshold: number;
  readonly #requests: SignedRequests;
  readonly #credentials: Credentials;

  constructor(options: LambdaFunctionsOptions = {}) {
    const { environment = process.env, profile = null, externalId = null } = options;
    this.#environment = environment;
    this.#compressionThreshold = options.compressionThreshold ?? COMPRESSION_THRESHOLD;
    this.#requests = new SignedRequests(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    this.#credentials = new Credentials(this.#requests, { environment, profile, externalId });
  }

  /**
   * Invokes a function and waits for its answer, whatever its status.
   * @throws AwsError, and the signal's reason
   */
  async call(target: FunctionTarget, request: FunctionRequest, signal: AbortSignal): Promise<FunctionAnswer> {
    const { partition, region, unqualified, qualifier } = parseFunctionArn(target.arn);
    const credentials = await this.#credentials.get({ partition, region }, target.assumeRoleArn);
    const origin = apiOrigin(this.#environment, "lambda", partition, region);
    const answer = await this.#requests.send({
      url: new URL(
        `${origin}/2015-03-31/functions/${encodeURIComponent(unqualified)}/invocations?Qualifier=${encodeURIComponent(qualifier)}`,
      ),
      service: "lambda",
      region,
      headers: { "content-type": "application/json", "x-amz-invocation-type": "RequestResponse" },
      body: lambdaEvent(request, target.compression, this.#compressionThreshold),
      credentials,
      signal,
    });
    if (answer.status !== 200) throw refusal(answer);
    if (answer.headers["x-amz-function-error"] !== undefined) throw functionError(answer.body);
    return parseLambdaAnswer(answer.body);
  }

  close(): void {
    this.#requests.close();
  }
}

/** AWS's own errors have a name in a header, and a message in the body. */
function refusal({ status, headers, body }: AwsAnswer): AwsError {
  const { message, Message } = parseObject(body) as { message?: unknown; Message?: unknown };
  const name = String(headers["x-amzn-errortype"] ?? "").split(":")[0] || "no error type";
  const said = typeof message === "string" ? message : typeof Message === "string" ? Message : shown(body);
  const retryAfter = headers["retry-after"];
  return new AwsError(
    kindOf(status),
    `AWS answered with status ${status}, ${name}: ${said.replace(/\.$/, "")}`,
    {
      ...(retryAfter !== undefined && { retryAfter }),
    },
  );
}

function kindOf(status: number): AwsErrorKind {
  switch (status) {
    case 401:
    case 403:
      return "denied";
    case 404:
      return "not-found";
    case 413:
      return "too-large";
    case 429:
    case 503:
      return "throttled";
    default:
      return "service";
  }
}

/** The function threw, ran out of time or memory, or could not be started. */
function functionError(body: Buffer): AwsError {
  const { errorType, errorMessage } = parseObject(body) as { errorType?: unknown; errorMessage?: unknown };
  const said =
    typeof errorMessage === "string"
      ? `${typeof errorType === "string" ? `${errorType}: ` : ""}${errorMessage}`
      : shown(body);
  return new AwsError("function", `the function failed: ${said}`);
}

function parseObject(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function shown(body: Buffer): string {
  const text = body.toString("utf8");
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
}
