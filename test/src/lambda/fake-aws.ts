/** What the server needs of AWS: Lambda's Invoke and STS's AssumeRole, which check signatures as AWS does. */
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { LambdaHandler } from "@pawl/sdk/lambda";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How AWS answers an invocation instead of with what the function says. */
export interface Instead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Invocation {
  /** ARN with its qualifier. */
  readonly arn: string;
  readonly accessKeyId: string;
  readonly event: {
    readonly path: string;
    readonly httpMethod: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly isBase64Encoded: boolean;
  };
}

interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

const ROLE_SECONDS = 3600;

export class FakeAws {
  readonly functions = new Map<string, LambdaHandler>();
  readonly invocations: Invocation[] = [];
  /** Parameters of the requests for roles. */
  readonly assumed: URLSearchParams[] = [];
  /** For the next invocations, one each. */
  readonly instead: Instead[] = [];
  readonly #keys = new Map<string, Keys>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  constructor(keys: Keys) {
    this.#keys.set(keys.accessKeyId, keys);
  }

  async open(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = incoming;
    const url = new URL(incoming.url ?? "/", this.url);
    const request = { method, url, headers, body: await buffer(incoming) };
    const service = url.pathname === "/" ? "sts" : "lambda";
    const keys = this.#signer(request, service);
    if (typeof keys === "string") {
      const answer = { Type: "User", message: keys };
      response
        .writeHead(403, { "x-amzn-errortype": "InvalidSignatureException" })
        .end(JSON.stringify(answer));
    } else if (service === "sts") {
      this.#assumeRole(request, response);
    } else {
      await this.#invoke(request, keys, response);
    }
  }

  async #invoke({ url, headers, body }: SignedRequest, { accessKeyId }: Keys, response: ServerResponse) {
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname) ?? [];
    // The qualifier may be part of the name, too.
    const qualifier = url.searchParams.get("Qualifier");
    const arn = decodeURIComponent(name ?? "") + (qualifier === null ? "" : `:${qualifier}`);
    const event = JSON.parse(body.toString()) as Invocation["event"];
    this.invocations.push({ arn, accessKeyId, event });
    const instead = this.instead.shift();
    const handler = this.functions.get(arn);
    if (instead !== undefined) {
      response.writeHead(instead.status, instead.headers).end(JSON.stringify(instead.body));
    } else if (headers["x-amz-invocation-type"] === "Event" || handler === undefined) {
      response
        .writeHead(404, { "x-amzn-errortype": "ResourceNotFoundException" })
        .end(JSON.stringify({ Type: "User", Message: `Function not found: ${arn}` }));
    } else {
      response.writeHead(200, { "x-amz-executed-version": "1" });
      response.end(JSON.stringify(await handler(event, { invokedFunctionArn: arn })));
    }
  }

  #assumeRole({ body }: SignedRequest, response: ServerResponse): void {
    const parameters = new URLSearchParams(body.toString());
    this.assumed.push(parameters);
    const keys = { accessKeyId: "ASIAROLE", secretAccessKey: "role/secret+", sessionToken: "role-session==" };
    this.#keys.set(keys.accessKeyId, keys);
    response.end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
      <AssumedRoleUser><Arn>${parameters.get("RoleArn")}</Arn></AssumedRoleUser><Credentials>
      <AccessKeyId>${keys.accessKeyId}</AccessKeyId><SecretAccessKey>${keys.secretAccessKey}</SecretAccessKey>
      <SessionToken>${keys.sessionToken}</SessionToken>
      <Expiration>${new Date(Date.now() + ROLE_SECONDS * 1000).toISOString()}</Expiration>
      </Credentials></AssumeRoleResult></AssumeRoleResponse>`);
  }

  /** Whose keys signed it, or what is wrong. https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
  #signer({ method, url, headers, body }: SignedRequest, service: string): Keys | string {
    const form =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
    const [, id = "", scope = "", day = "", region = "", named, signed = "", signature] =
      form.exec(headers.authorization ?? "") ?? [];
    const keys = this.#keys.get(id);
    if (keys === undefined) return `The security token '${id}' is invalid.`;
    if (headers["x-amz-security-token"] !== keys.sessionToken) return "The session token is another one.";
    if (named !== service) return `The credential is for ${named}.`;
    const date = String(headers["x-amz-date"]);
    if (!date.startsWith(day) || !signed.split(";").includes("host")) return "Date or host are not signed.";
    const canonical = [
      method,
      url.pathname
        .split("/")
        .map((part) => encodeURIComponent(part))
        .join("/"),
      [...url.searchParams].map((pair) => pair.map(encodeURIComponent).join("=")).join("&"),
      ...signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
      "",
      signed,
      sha256(body),
    ].join("\n");
    const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(Buffer.from(canonical))].join("\n");
    const key = [day, region, service, "aws4_request"].reduce<Buffer>(
      (secret, part) => hmac(secret, part),
      Buffer.from(`AWS4${keys.secretAccessKey}`),
    );
    return hmac(key, toSign).toString("hex") === signature ? keys : "The signature does not match.";
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
