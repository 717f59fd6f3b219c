import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  type EndpointManifest,
  MANIFEST_ACCEPT,
  MANIFEST_VERSIONS,
  manifestContentType,
  manifestForVersion,
  negotiateManifestVersion,
  parseManifestContentType,
} from "./manifest.js";
import { parseManifest } from "./manifest-parse.js";

interface Discovery {
  readonly requestHeaders: { readonly accept: string };
  readonly responseHeaders: { readonly "content-type": string };
  readonly manifest: Record<string, unknown>;
}
const { discovery } = JSON.parse(
  readFileSync(new URL("../fixtures/official-facts.json", import.meta.url), "utf8"),
) as { discovery: Discovery };

const minimal = { minProtocolVersion: 5, maxProtocolVersion: 7, services: [] };
const service = { name: "S", ty: "SERVICE", handlers: [{ name: "h" }] };

/** A manifest with one service of these fields. */
const withService = (fields: object): object => ({ ...minimal, services: [{ ...service, ...fields }] });
/** A manifest with one handler of these fields. */
const withHandler = (fields: object): object => withService({ handlers: [{ name: "h", ...fields }] });

function refused(json: unknown, message: RegExp): void {
  assert.throws(() => parseManifest(json, 4), { name: "ProtocolError", code: "bad-manifest", message });
}

test("the manifest of the official SDK parses to itself", () => {
  assert.deepEqual(parseManifest(discovery.manifest, 4), discovery.manifest);
});

test("our accept header is the official server's, and the official SDK's answer is understood", () => {
  assert.equal(MANIFEST_ACCEPT, discovery.requestHeaders.accept);
  assert.equal(parseManifestContentType(discovery.responseHeaders["content-type"]), 4);
});

test("every field survives parsing", () => {
  const options = {
    documentation: "d",
    metadata: { a: "b", __proto__x: "c" },
    inactivityTimeout: 0,
    abortTimeout: 1,
    journalRetention: 2,
    idempotencyRetention: 3,
    enableLazyState: false,
    ingressPrivate: true,
    retryPolicyInitialInterval: 4,
    retryPolicyMaxInterval: 5,
    retryPolicyMaxAttempts: 6,
    retryPolicyExponentiationFactor: 1.5,
    retryPolicyOnMaxAttempts: "KILL",
  };
  const manifest = {
    ...minimal,
    protocolMode: "REQUEST_RESPONSE",
    lambdaCompression: "zstd",
    services: [
      {
        ...options,
        name: "my.Service-1",
        ty: "WORKFLOW",
        handlers: [
          {
            ...options,
            name: "_1run",
            ty: "WORKFLOW",
            workflowCompletionRetention: 7,
            input: { required: true, contentType: "*/*", jsonSchema: null },
            output: {
              contentType: "text/plain",
              setContentTypeIfEmpty: true,
              jsonSchema: { type: "string" },
            },
          },
        ],
      },
    ],
  };
  assert.deepEqual(parseManifest(manifest, 4), manifest);
});

test("unknown properties are ignored, null counts as absent", () => {
  assert.deepEqual(
    parseManifest(
      { ...withHandler({ input: { required: null, later: 1 }, ty: null, later: 1 }), later: {} },
      4,
    ),
    withHandler({ input: {} }),
  );
});

test("a metadata key __proto__ is a key like any other", () => {
  const json: unknown = JSON.parse(
    JSON.stringify(withService({ metadata: 0 })).replace(":0}", ':{"__proto__":"x"}}'),
  );
  const metadata = parseManifest(json, 4).services[0]!.metadata!;
  assert.deepEqual(Object.entries(metadata), [["__proto__", "x"]]);
});

test("what is missing or of the wrong type is named by its path", () => {
  refused(null, /^\$ must be an object, not null$/);
  refused([], /^\$ must be an object/);
  refused({}, /^\$\.minProtocolVersion is missing$/);
  refused({ ...minimal, services: {} }, /^\$\.services must be an array/);
  refused({ ...minimal, services: [1] }, /^\$\.services\[0\] must be an object, not 1$/);
  refused(withService({ name: undefined }), /^\$\.services\[0\]\.name is missing$/);
  refused(withService({ handlers: [{}] }), /^\$\.services\[0\]\.handlers\[0\]\.name is missing$/);
  refused(
    withService({ metadata: { a: 1 } }),
    /^\$\.services\[0\]\.metadata\["a"\] must be a string, not 1$/,
  );
  refused(
    withHandler({ input: { required: "yes" } }),
    /handlers\[0\]\.input\.required must be true or false/,
  );
  refused(withHandler({ output: [] }), /handlers\[0\]\.output must be an object/);
  refused(
    withService({ documentation: "x".repeat(1000), ty: 5 }),
    /ty must be SERVICE or VIRTUAL_OBJECT or WORKFLOW/,
  );
});

test("names follow their patterns", () => {
  for (const name of ["", "1a", "_", "-a", "a b", "ä", "a/b"]) {
    refused(withService({ name }), /^\$\.services\[0\]\.name must match /);
  }
  for (const name of ["", "1a", "a.b", "a-b"])
    refused(withHandler({ name }), /handlers\[0\]\.name must match /);
  for (const name of ["a", "_1", "a.b-c_d", "com.example.Greeter"]) parseManifest(withService({ name }), 4);
});

test("durations are integers from 0 on", () => {
  for (const value of [-1, 0.5, "1", Number.MAX_SAFE_INTEGER + 1, true]) {
    refused(withService({ journalRetention: value }), /journalRetention must be milliseconds/);
    refused(
      withHandler({ workflowCompletionRetention: value }),
      /workflowCompletionRetention must be milliseconds/,
    );
  }
  refused(withHandler({ retryPolicyMaxAttempts: -1 }), /retryPolicyMaxAttempts must be an integer from 0 on/);
  refused(withHandler({ retryPolicyOnMaxAttempts: "STOP" }), /must be PAUSE or KILL, not "STOP"/);
});

test("protocol versions are a range", () => {
  refused({ ...minimal, minProtocolVersion: 0 }, /minProtocolVersion must be an integer from 1 on/);
  refused({ ...minimal, maxProtocolVersion: 2 ** 31 }, /maxProtocolVersion must be an integer/);
  refused({ ...minimal, minProtocolVersion: 7, maxProtocolVersion: 5 }, /7 is above maxProtocolVersion 5/);
});

test("an unknown manifest version is refused", () => {
  for (const version of [0, 5, 1.5]) {
    assert.throws(() => parseManifest(minimal, version), { code: "unsupported-version" });
  }
});

test("the highest listed version is taken", () => {
  assert.equal(negotiateManifestVersion(discovery.requestHeaders.accept), 4);
  assert.equal(negotiateManifestVersion(manifestContentType(1)), 1);
  assert.equal(negotiateManifestVersion(`${manifestContentType(3)};q=0.5 ,${manifestContentType(2)}`), 3);
  assert.equal(negotiateManifestVersion("application/vnd.restate.endpointmanifest.v9+json"), undefined);
  assert.equal(negotiateManifestVersion("*/*"), undefined);
  assert.equal(negotiateManifestVersion(""), undefined);
});

const rich: EndpointManifest = {
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  protocolMode: "BIDI_STREAM",
  lambdaCompression: "zstd",
  services: [
    {
      name: "S",
      ty: "SERVICE",
      documentation: "d",
      metadata: { a: "b" },
      handlers: [{ name: "h", documentation: "d", metadata: {}, input: { required: true } }],
    },
  ],
};

test("an older version loses descriptions, and nothing else", () => {
  assert.deepEqual(manifestForVersion(rich, 4), rich);
  const { lambdaCompression: _, ...three } = rich;
  assert.deepEqual(manifestForVersion(rich, 3), three);
  assert.deepEqual(manifestForVersion(rich, 2), three);
  assert.deepEqual(manifestForVersion(rich, 1), {
    ...three,
    services: [{ name: "S", ty: "SERVICE", handlers: [{ name: "h", input: { required: true } }] }],
  });
});

test("an older version refuses options, all named at once", () => {
  const manifest: EndpointManifest = {
    ...rich,
    services: [
      {
        name: "S",
        ty: "SERVICE",
        retryPolicyMaxAttempts: 1,
        handlers: [{ name: "h", ingressPrivate: true }],
      },
    ],
  };
  assert.deepEqual(manifestForVersion(manifest, 4), manifest);
  assert.throws(() => manifestForVersion(manifest, 3), {
    code: "unsupported-version",
    message: /^manifest version 3 cannot express: S\.retryPolicyMaxAttempts \(version 4\)\./,
  });
  assert.throws(() => manifestForVersion(manifest, 2), {
    message: /S\.retryPolicyMaxAttempts \(version 4\), S\.h\.ingressPrivate \(version 3\)/,
  });
});

test("what one version writes, the same version reads", () => {
  for (const version of MANIFEST_VERSIONS) {
    const written = manifestForVersion(rich, version);
    assert.deepEqual(parseManifest(JSON.parse(JSON.stringify(written)), version), written);
  }
});
