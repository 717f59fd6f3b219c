import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Credentials, type CredentialsOptions } from "./credentials.js";
import type { Environment } from "./endpoints.js";
import { AwsError } from "./errors.js";
import { SignedRequests } from "./signed-request.js";

const PLACE = { partition: "aws", region: "eu-central-1" };
const ROLE = "arn:aws:iam::123456789012:role/invoker";
const HOUR_MS = 3_600_000;
/** AWS's libraries read these from the process. */
const LIBRARY_VARIABLES = [
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_CONFIG_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

let server: Server;
let url: string;
let directory: string;
let requests: SignedRequests;
let now: number;
/** Bodies and signers of what was asked of STS. */
let asked: { parameters: URLSearchParams; signer: string | undefined }[];
/** What STS and the container's role answer with. */
let answer: { status: number; body: string };
let before: (readonly [string, string | undefined])[];

beforeEach(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const signer = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1];
    asked.push({ parameters: new URLSearchParams(body), signer });
    response.writeHead(answer.status).end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  directory = mkdtempSync(join(tmpdir(), "pawl-test-"));
  requests = new SignedRequests(5_000);
  now = Date.now();
  asked = [];
  answer = { status: 200, body: assumed("ASIA1") };
  before = LIBRARY_VARIABLES.map((name) => [name, process.env[name]]);
  for (const name of LIBRARY_VARIABLES) delete process.env[name];
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(directory, "credentials");
  process.env.AWS_CONFIG_FILE = join(directory, "config");
});

afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  requests.close();
  server.close();
  server.closeAllConnections();
  rmSync(directory, { recursive: true });
});

function credentials(environment: Environment, more: Partial<CredentialsOptions> = {}): Credentials {
  const options = { profile: null, externalId: null, ...more };
  const all = { AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: "true", ...environment };
  return new Credentials(requests, { environment: all, ...options }, () => now);
}

function assumed(id: string): string {
  return `<AssumeRoleResponse><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
    <SessionToken>t</SessionToken><Expiration>${new Date(now + HOUR_MS).toISOString()}</Expiration></Credentials></AssumeRoleResponse>`;
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail("there were credentials"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AwsError, String(error));
  return `${error.kind} ${error.message}`;
}

const KEYS = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };

test("keys of the environment come before shared files", async () => {
  writeFileSync(join(directory, "credentials"), "[default]\naws_access_key_id=F\naws_secret_access_key=S\n");
  assert.deepEqual(await credentials({ ...KEYS, AWS_SESSION_TOKEN: "token" }).get(PLACE, null), {
    accessKeyId: "AKIA",
    secretAccessKey: "secret",
    sessionToken: "token",
  });
  assert.equal((await credentials({}).get(PLACE, null)).accessKeyId, "F");
});

test("a profile is one of the environment, or a configured one, which comes before all else", async () => {
  writeFileSync(
    join(directory, "credentials"),
    "[one]\naws_access_key_id=ONE\naws_secret_access_key=S\n[two]\naws_access_key_id=TWO\naws_secret_access_key=S\n",
  );
  writeFileSync(join(directory, "config"), "[profile role]\nrole_arn=x\nsource_profile=one\n");
  const environment = { AWS_PROFILE: "one" };
  assert.equal((await credentials(environment).get(PLACE, null)).accessKeyId, "ONE");
  const configured = (profile: string) => credentials(KEYS, { profile }).get(PLACE, null);
  assert.equal((await configured("two")).accessKeyId, "TWO");
  assert.match(await refusal(configured("three")), /^credentials there is no AWS profile 'three'/);
  assert.match(await refusal(configured("role")), /^credentials .*other kinds of profiles/);
});

test("a role is assumed once, until shortly before its credentials end", async () => {
  const all = credentials(KEYS, { externalId: "tenant" });
  const both = await Promise.all([all.get(PLACE, ROLE), all.get(PLACE, ROLE)]);
  assert.deepEqual(both[0], { accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t" });
  assert.equal(both[1].accessKeyId, "ASIA1");
  assert.equal(asked.length, 1);
  const [{ parameters, signer }] = asked as [(typeof asked)[0]];
  assert.equal(signer, "AKIA");
  assert.equal(parameters.get("Action"), "AssumeRole");
  assert.equal(parameters.get("RoleArn"), ROLE);
  assert.equal(parameters.get("ExternalId"), "tenant");

  now += HOUR_MS - 6 * 60_000;
  assert.equal((await all.get(PLACE, ROLE)).accessKeyId, "ASIA1");
  now += 2 * 60_000;
  answer = { status: 200, body: assumed("ASIA2") };
  const again = await Promise.all([all.get(PLACE, ROLE), all.get(PLACE, ROLE)]);
  assert.deepEqual(
    again.map(({ accessKeyId }) => accessKeyId),
    ["ASIA2", "ASIA2"],
  );
  assert.equal(asked.length, 2);
});

test("a role that is refused is asked for again", async () => {
  const all = credentials(KEYS);
  answer = { status: 403, body: "<Error><Code>AccessDenied</Code><Message>not you</Message></Error>" };
  assert.match(await refusal(all.get(PLACE, ROLE)), /^denied AssumeRole of .*403, AccessDenied: not you$/);
  answer = { status: 200, body: assumed("ASIA3") };
  assert.equal((await all.get(PLACE, ROLE)).accessKeyId, "ASIA3");
  answer = { status: 200, body: "<html/>" };
  assert.match(await refusal(credentials(KEYS).get(PLACE, ROLE)), /^service .*no credentials in the answer/);
});

test("a token of an identity provider is exchanged, unsigned", async () => {
  const file = join(directory, "token");
  writeFileSync(file, "the-token\n");
  const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: ROLE };
  assert.equal((await credentials(environment).get(PLACE, null)).accessKeyId, "ASIA1");
  assert.equal(asked[0]?.signer, undefined);
  assert.equal(asked[0]?.parameters.get("WebIdentityToken"), "the-token");
  rmSync(file);
  assert.match(await refusal(credentials(environment).get(PLACE, null)), /^credentials .*ENOENT/);
});

test("a container's role", async () => {
  process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${url}/role`;
  answer = {
    status: 200,
    body: JSON.stringify({
      AccessKeyId: "ASIAC",
      SecretAccessKey: "s",
      Token: "t",
      Expiration: new Date(now + HOUR_MS).toISOString(),
    }),
  };
  const environment = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/role` };
  assert.deepEqual(await credentials(environment).get(PLACE, null), {
    accessKeyId: "ASIAC",
    secretAccessKey: "s",
    sessionToken: "t",
  });
});

test("without any there is an error that says so", async () => {
  assert.equal(
    await refusal(credentials({}).get(PLACE, null)),
    "credentials the server has no AWS credentials",
  );
});
