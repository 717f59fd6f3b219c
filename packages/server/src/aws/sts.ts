import { apiOrigin, type Environment } from "./endpoints.js";
import { AwsError } from "./errors.js";
import type { AwsCredentials, SignedRequests } from "./signed-request.js";

/** Credentials that end. */
export interface ExpiringCredentials {
  readonly credentials: AwsCredentials;
  /** Unix milliseconds; Infinity: they last. */
  readonly expiresAt: number;
}

/** Where a role is asked for: the service is regional. */
export interface StsPlace {
  readonly partition: string;
  readonly region: string;
}

/** Shown in AWS's audit log as the name of the session. */
const SESSION_NAME = "pawl";
/** https://docs.aws.amazon.com/STS/latest/APIReference */
const API_VERSION = "2011-06-15";
const TIMEOUT_MS = 10_000;

/** AWS's Security Token Service: credentials of roles. */
export class Sts {
  readonly #requests: SignedRequests;
  readonly #environment: Environment;

  constructor(requests: SignedRequests, environment: Environment) {
    this.#requests = requests;
    this.#environment = environment;
  }

  /** @throws AwsError */
  assumeRole(
    place: StsPlace,
    credentials: AwsCredentials,
    roleArn: string,
    externalId: string | null,
  ): Promise<ExpiringCredentials> {
    return this.#ask(place, credentials, {
      Action: "AssumeRole",
      RoleArn: roleArn,
      ...(externalId !== null && { ExternalId: externalId }),
    });
  }

  /** For a token that an identity provider, such as that of a Kubernetes cluster, gave. @throws AwsError */
  assumeRoleWithWebIdentity(place: StsPlace, roleArn: string, token: string): Promise<ExpiringCredentials> {
    return this.#ask(place, null, {
      Action: "AssumeRoleWithWebIdentity",
      RoleArn: roleArn,
      WebIdentityToken: token,
    });
  }

  async #ask(
    { partition, region }: StsPlace,
    credentials: AwsCredentials | null,
    parameters: Readonly<Record<string, string>>,
  ): Promise<ExpiringCredentials> {
    const { status, body } = await this.#requests.send({
      url: new URL(`${apiOrigin(this.#environment, "sts", partition, region)}/`),
      service: "sts",
      region,
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      body: new URLSearchParams({
        Version: API_VERSION,
        RoleSessionName: SESSION_NAME,
        ...parameters,
      }).toString(),
      credentials,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const xml = body.toString("utf8");
    if (status !== 200) {
      const message = `${parameters.Action} of ${parameters.RoleArn}: status ${status}, ${element(xml, "Code") ?? "no code"}: ${element(xml, "Message") ?? "no message"}`;
      throw new AwsError(kindOf(status), message);
    }
    const accessKeyId = element(xml, "AccessKeyId");
    const secretAccessKey = element(xml, "SecretAccessKey");
    const sessionToken = element(xml, "SessionToken");
    const expiresAt = Date.parse(element(xml, "Expiration") ?? "");
    if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAt)) {
      throw new AwsError(
        "service",
        `${parameters.Action} of ${parameters.RoleArn}: no credentials in the answer`,
      );
    }
    return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiresAt };
  }
}

function kindOf(status: number): "denied" | "throttled" | "service" {
  if (status === 403 || status === 400) return "denied";
  return status === 429 || status === 503 ? "throttled" : "service";
}

/** The text of the first element of a name. The answers are flat, and none of these texts has anything escaped. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
