import type { Environment } from "./endpoints.js";
import { AwsError } from "./errors.js";
import type { ExpiringCredentials } from "./sts.js";

/** The libraries are loaded when they are needed: most servers never talk to AWS. */

/** Keys of a profile in `~/.aws/credentials` or `~/.aws/config`; undefined: there is no such profile. @throws AwsError */
export async function profileCredentials(profile: string): Promise<ExpiringCredentials | undefined> {
  const { parseKnownFiles } = await import("@smithy/shared-ini-file-loader");
  const found = (await parseKnownFiles({ profile, ignoreCache: true }))[profile];
  if (found === undefined) return undefined;
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = found;
  if (!aws_access_key_id || !aws_secret_access_key) {
    throw new AwsError(
      "credentials",
      `the AWS profile '${profile}' has no aws_access_key_id and aws_secret_access_key: other kinds of profiles are not supported`,
    );
  }
  return {
    credentials: {
      accessKeyId: aws_access_key_id,
      secretAccessKey: aws_secret_access_key,
      ...(aws_session_token && { sessionToken: aws_session_token }),
    },
    expiresAt: Number.POSITIVE_INFINITY,
  };
}

/** What the library gives, as far as it is used. */
interface FoundCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/** Those of the container's role, else of the machine's. @throws AwsError */
export async function roleCredentials(environment: Environment): Promise<ExpiringCredentials> {
  const { fromContainerMetadata, fromInstanceMetadata } = await import("@smithy/credential-provider-imds");
  const isContainer =
    environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (!isContainer && environment.AWS_EC2_METADATA_DISABLED?.toLowerCase() === "true") {
    throw new AwsError("credentials", "the server has no AWS credentials");
  }
  let found: FoundCredentials;
  try {
    found = await (isContainer ? fromContainerMetadata() : fromInstanceMetadata())();
  } catch (error) {
    const from = isContainer ? "container" : "machine";
    throw new AwsError(
      "credentials",
      `the server has no AWS credentials, and the ${from} has no role: ${(error as Error).message}`,
      { cause: error },
    );
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    expiresAt: expiration?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}
