import { readFile } from "node:fs/promises";
import type { Environment } from "./endpoints.js";
import { AwsError } from "./errors.js";
import { profileCredentials, roleCredentials } from "./provided-credentials.js";
import type { AwsCredentials, SignedRequests } from "./signed-request.js";
import { type ExpiringCredentials, Sts, type StsPlace } from "./sts.js";

export interface CredentialsOptions {
  readonly environment: Environment;
  /** A profile of the shared files, which then comes before all else. null: as the environment says. */
  readonly profile: string | null;
  /** Sent along when a deployment's role is assumed. */
  readonly externalId: string | null;
}

/** Credentials are fetched anew so long before they end. */
const REFRESH_BEFORE_MS = 5 * 60_000;
const DEFAULT_PROFILE = "default";

/**
 * Credentials for requests to AWS, kept until shortly before they end. They come from the first of these that is there:
 *
 * 1. the configured profile
 * 2. `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`
 * 3. `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`
 * 4. the profile `AWS_PROFILE`, else `default`, with keys in `~/.aws/credentials` or `~/.aws/config`
 * 5. the container's role (`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `_FULL_URI`)
 * 6. the machine's role, unless `AWS_EC2_METADATA_DISABLED` is `true`
 */
export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #sts: Sts;
  readonly #now: () => number;
  /** By role; "" for the server's own. */
  readonly #kept = new Map<string, Promise<ExpiringCredentials>>();

  constructor(requests: SignedRequests, options: CredentialsOptions, now: () => number = Date.now) {
    this.#options = options;
    this.#sts = new Sts(requests, options.environment);
    this.#now = now;
  }

  /** @param roleArn the role to be assumed; null: none. @throws AwsError */
  async get(place: StsPlace, roleArn: string | null): Promise<AwsCredentials> {
    if (roleArn === null) return await this.#keep("", () => this.#own(place));
    return await this.#keep(roleArn, async () => {
      const own = await this.get(place, null);
      return await this.#sts.assumeRole(place, own, roleArn, this.#options.externalId);
    });
  }

  /** Those who ask meanwhile wait for the same answer. A failure is not kept. */
  async #keep(name: string, fetch: () => Promise<ExpiringCredentials>): Promise<AwsCredentials> {
    const kept = this.#kept.get(name);
    if (kept !== undefined) {
      const { credentials, expiresAt } = await kept;
      if (this.#now() < expiresAt - REFRESH_BEFORE_MS) return credentials;
    }
    // Somebody else may have begun while this one waited.
    const current = this.#kept.get(name);
    if (current !== undefined && current !== kept) return (await current).credentials;
    const fetching = fetch();
    this.#kept.set(name, fetching);
    try {
      return (await fetching).credentials;
    } catch (error) {
      if (this.#kept.get(name) === fetching) this.#kept.delete(name);
      throw error;
    }
  }

  async #own(place: StsPlace): Promise<ExpiringCredentials> {
    const { environment, profile } = this.#options;
    if (profile !== null) {
      const found = await profileCredentials(profile);
      if (found !== undefined) return found;
      throw new AwsError("credentials", `there is no AWS profile '${profile}' (worker.invoker.aws-profile)`);
    }
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
      return lasting({
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
      });
    }
    const { AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN } = environment;
    if (AWS_WEB_IDENTITY_TOKEN_FILE && AWS_ROLE_ARN) {
      const token = (await readToken(AWS_WEB_IDENTITY_TOKEN_FILE)).trim();
      return await this.#sts.assumeRoleWithWebIdentity(place, AWS_ROLE_ARN, token);
    }
    return (
      (await profileCredentials(environment.AWS_PROFILE || DEFAULT_PROFILE)) ??
      (await roleCredentials(environment))
    );
  }
}

function lasting(credentials: AwsCredentials): ExpiringCredentials {
  return { credentials, expiresAt: Number.POSITIVE_INFINITY };
}

async function readToken(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AwsError("credentials", `AWS_WEB_IDENTITY_TOKEN_FILE: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
